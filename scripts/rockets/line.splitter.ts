/** Longer than any message that a monitor takes. A line that never ends must not fill the memory. */
export const LINE_BYTES_MAX = 1_024 * 1_024;

const LINE_FEED = 0x0a;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line feed; null where it is longer than `LINE_BYTES_MAX`. */
  readonly bytes: Buffer | null;
}

/** Cuts bytes that come in pieces into lines. */
export class LineSplitter {
  #number = 0;
  /** Of the line that has not ended; null when it is too long already. */
  #pieces: Buffer[] | null = [];
  #byteCount = 0;

  /** The lines that end in this piece. */
  push(piece: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, from)) {
      this.#add(piece.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#add(piece.subarray(from));
    return lines;
  }

  /** What came after the last line feed, if anything did. */
  end(): Line[] {
    return this.#byteCount > 0 ? [this.#take()] : [];
  }

  #add(piece: Buffer): void {
    this.#byteCount += piece.length;
    if (this.#byteCount > LINE_BYTES_MAX) this.#pieces = null;
    else if (piece.length > 0) this.#pieces?.push(piece);
  }

  #take(): Line {
    const pieces = this.#pieces;
    const [only = Buffer.alloc(0), ...more] = pieces ?? [];
    const bytes = more.length === 0 ? only : Buffer.concat([only, ...more]);
    this.#number += 1;
    this.#pieces = [];
    this.#byteCount = 0;
    return { number: this.#number, bytes: pieces === null ? null : bytes };
  }
}

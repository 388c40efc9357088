/** So much is sent at once. */
const CHUNK_BYTES = 64 * 1024;
/** UTF-8 has at most so many for each char of a string. */
const CHAR_BYTES_MAX = 3;

/** Gathers text to chunks that are worth sending. What was added stays until it is taken. */
export class TextChunks {
  #bytes = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  #length = 0;

  add(text: string): void {
    const needed = this.#length + text.length * CHAR_BYTES_MAX;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** There is enough for a chunk. */
  get isFull(): boolean {
    return this.#length >= CHUNK_BYTES;
  }

  /** All that was added since; may be empty. */
  take(): Buffer {
    const chunk = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return chunk;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

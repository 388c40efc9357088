import { Readable } from 'node:stream';

/** Who takes nothing for so long is cut off: it holds a place and a reading of the archive. */
export const STALL_MS_MAX = 30_000;

export interface ExportStreamOptions {
  /** Called once, when nothing is read any more: at the end, after a fault, or when the client has gone. */
  readonly onClosed: () => void;
  readonly stallMs?: number;
}

/**
 * Chunks as fast as the client takes them: the next one is made when there is room for it. The first one is
 * made before, so that what fails at once becomes a proper answer.
 */
export class ExportStream extends Readable {
  readonly #chunks: AsyncGenerator<Buffer, void, undefined>;
  readonly #onClosed: () => void;
  readonly #stallMs: number;
  #first: IteratorResult<Buffer, void> | null;
  #stall: NodeJS.Timeout | undefined;

  private constructor(
    chunks: AsyncGenerator<Buffer, void, undefined>,
    first: IteratorResult<Buffer, void>,
    { onClosed, stallMs = STALL_MS_MAX }: ExportStreamOptions,
  ) {
    super();
    this.#chunks = chunks;
    this.#first = first;
    this.#onClosed = onClosed;
    this.#stallMs = stallMs;
    this.#waitForClient();
  }

  static async of(
    chunks: AsyncGenerator<Buffer, void, undefined>,
    options: ExportStreamOptions,
  ): Promise<ExportStream> {
    try {
      return new ExportStream(chunks, await chunks.next(), options);
    } catch (fault) {
      options.onClosed();
      throw fault;
    }
  }

  override _read(): void {
    clearTimeout(this.#stall);
    const first = this.#first;
    this.#first = null;
    if (first) this.#give(first);
    else
      this.#chunks.next().then(
        (chunk) => this.#give(chunk),
        (fault: Error) => this.destroy(fault),
      );
  }

  override _destroy(fault: Error | null, callback: (fault?: Error | null) => void): void {
    clearTimeout(this.#stall);
    this.#chunks
      .return()
      .catch(() => undefined)
      .finally(() => {
        this.#onClosed();
        callback(fault);
      });
  }

  #give(chunk: IteratorResult<Buffer, void>): void {
    if (this.destroyed) return;
    this.#waitForClient();
    this.push(chunk.done === true ? null : chunk.value);
  }

  #waitForClient(): void {
    const seconds = this.#stallMs / 1_000;
    const fault = new Error(`The client took nothing of the export for ${seconds} s`);
    this.#stall = setTimeout(() => this.destroy(fault), this.#stallMs).unref();
  }
}

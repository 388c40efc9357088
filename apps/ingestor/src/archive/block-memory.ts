/** Smaller ones cost the collector of garbage little. */
const KEPT_BYTES_MIN = 64 * 1024;
/** As much as waits in a pause of the archive, and is free again after it. */
export const FREE_BYTES_MAX = 32 * 1024 * 1024;

/**
 * Memory of blocks, used again. At the rates of a socket the bodies are tens of megabytes a second:
 * made anew each time, they have the collector go through the whole heap every second.
 */
export class BlockMemory {
  readonly #free = new Map<number, Buffer[]>();
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #freeBytes = 0;

  /** Bytes that wait for their next use; 0: each is made anew. */
  constructor(private readonly freeMax: number) {}

  take(bytes: number): Buffer {
    const known = this.#free.get(bytes)?.pop();
    if (known) this.#freeBytes -= bytes;
    const memory = known ?? Buffer.allocUnsafeSlow(bytes);
    if (bytes >= KEPT_BYTES_MIN) this.#lent.add(memory.buffer);
    return memory;
  }

  /** All of what `part` stands in; nobody may read it afterwards. What is not from here is let be. */
  release({ buffer }: Buffer): void {
    if (!this.#lent.delete(buffer)) return;
    const bytes = buffer.byteLength;
    if (this.#freeBytes + bytes > this.freeMax) return;
    const free = this.#free.get(bytes);
    if (free) free.push(Buffer.from(buffer));
    else this.#free.set(bytes, [Buffer.from(buffer)]);
    this.#freeBytes += bytes;
  }
}

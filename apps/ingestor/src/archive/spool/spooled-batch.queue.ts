import type { Clock, PartHealth } from '#common/platform';
import { BatchQueue, MemoryBatchQueue, type SealedBatch } from '../batch-queue.js';
import type { BatchSpool } from './batch-spool.port.js';

/**
 * Batches in memory, and on the disk when the archive has not taken one: those on the disk are older
 * than those in memory. What an earlier process left there comes first.
 */
export class SpooledBatchQueue extends BatchQueue {
  readonly #memory: MemoryBatchQueue;
  #spooledSinceMs: number | null;

  constructor(
    private readonly spool: BatchSpool,
    private readonly clock: Clock,
    bytesMax?: number,
  ) {
    super();
    this.#memory = new MemoryBatchQueue(bytesMax);
    this.#spooledSinceMs = spool.length > 0 ? clock.monotonicMs() : null;
  }

  get size(): number {
    return this.spool.length + this.#memory.size;
  }

  get samples(): number {
    return this.spool.samples + this.#memory.samples;
  }

  get waitingSinceMs(): number | null {
    return this.spool.length > 0 ? this.#spooledSinceMs : this.#memory.waitingSinceMs;
  }

  /** Of the memory alone: what the disk takes makes room there. */
  hasRoom(): boolean {
    return this.#memory.hasRoom();
  }

  push(sealed: SealedBatch): void {
    this.#memory.push(sealed);
  }

  async first(): Promise<SealedBatch> {
    const batch = await this.spool.first();
    if (!batch) return this.#memory.first();
    const samples = batch.blocks.reduce((sum, block) => sum + block.samples, 0);
    return { batch, samples, sealedAtMs: this.#spooledSinceMs ?? this.clock.monotonicMs() };
  }

  async shift(): Promise<void> {
    if (this.spool.length === 0) return this.#memory.shift();
    await this.spool.removeFirst();
  }

  /** In order; what the disk does not take stays in memory, and so does all behind it. */
  async relieve(): Promise<boolean> {
    while (this.#memory.size > 0) {
      const first = await this.#memory.first();
      if (!(await this.spool.append(first.batch))) return false;
      if (this.spool.length === 1) this.#spooledSinceMs = first.sealedAtMs;
      await this.#memory.shift();
    }
    return true;
  }

  health(): PartHealth {
    return this.spool.health();
  }
}

import type { Clock, PartHealth } from '#common/platform';
import { BatchQueue, MemoryBatchQueue, type SealedBatch } from '../batch-queue.js';
import type { BatchSpool } from './batch-spool.port.js';

/**
 * Batches in memory, and on the disk when the archive does not take them fast enough: those on the disk
 * are older than those in memory. What an earlier process left there comes first. The oldest is the
 * oldest wherever it is, so it may move to the disk while it is being stored.
 */
export class SpooledBatchQueue extends BatchQueue {
  readonly #memory: MemoryBatchQueue;
  /** When each of those on the disk was sealed, of an earlier process: when it was found. */
  readonly #sealedAtMs: number[];
  /** A batch that moves is in both places for a moment: nobody may look for the oldest meanwhile. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly spool: BatchSpool,
    private readonly clock: Clock,
    bytesMax?: number,
  ) {
    super();
    this.#memory = new MemoryBatchQueue(bytesMax);
    this.#sealedAtMs = Array<number>(spool.length).fill(clock.monotonicMs());
  }

  get size(): number {
    return this.spool.length + this.#memory.size;
  }

  get samples(): number {
    return this.spool.samples + this.#memory.samples;
  }

  get waitingSinceMs(): number | null {
    return this.#spooledSinceMs ?? this.#memory.waitingSinceMs;
  }

  get lost(): number {
    return this.spool.lost;
  }

  get isCrowded(): boolean {
    return this.#memory.isCrowded;
  }

  /** Of the memory alone: what the disk takes makes room there. */
  hasRoom(): boolean {
    return this.#memory.hasRoom();
  }

  push(sealed: SealedBatch): void {
    this.#memory.push(sealed);
  }

  first(): Promise<SealedBatch> {
    return this.#inTurn(() => this.#first());
  }

  shift(): Promise<void> {
    return this.#inTurn(() =>
      this.spool.length === 0 ? this.#memory.shift() : this.spool.removeFirst(),
    );
  }

  /** What the disk does not take stays in memory, and so does all behind it. */
  relieve(): Promise<boolean> {
    return this.#moveUntil(() => this.#memory.size === 0);
  }

  makeRoom(): Promise<boolean> {
    return this.#moveUntil(() => this.#memory.isRoomy);
  }

  health(): PartHealth {
    return this.spool.health();
  }

  async #first(): Promise<SealedBatch> {
    const batch = await this.spool.first();
    if (!batch) return this.#memory.first();
    const samples = batch.blocks.reduce((sum, block) => sum + block.samples, 0);
    return { batch, samples, sealedAtMs: this.#spooledSinceMs ?? this.clock.monotonicMs() };
  }

  /** One at a time: what is stored meanwhile need not wait for all of them. */
  async #moveUntil(isDone: () => boolean): Promise<boolean> {
    while (!isDone()) if (!(await this.#inTurn(() => this.#move()))) return false;
    return true;
  }

  /** The oldest in memory, if it still is there. */
  async #move(): Promise<boolean> {
    if (this.#memory.size === 0) return true;
    const first = await this.#memory.first();
    if (!(await this.spool.append(first.batch))) return false;
    this.#sealedAtMs.push(first.sealedAtMs);
    // Those that were stored, or given up.
    this.#sealedAtMs.splice(0, this.#sealedAtMs.length - this.spool.length);
    await this.#memory.shift();
    return true;
  }

  /** Of the oldest on the disk; null where there is none. */
  get #spooledSinceMs(): number | null {
    const { length } = this.spool;
    return length === 0 ? null : (this.#sealedAtMs.at(-length) ?? null);
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const done = this.#last.then(action);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

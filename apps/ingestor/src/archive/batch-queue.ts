import type { AccountSnapshot } from '#common/domain';
import type { PartHealth } from '#common/platform';
import type { ArchiveBatch } from './telemetry-archive.port.js';

/** Bodies of blocks that wait for the archive. What finds no room is shed where it arrives. */
export const WAITING_BYTES_MAX = 128 * 1024 * 1024;
/** Of it; a pause of the archive of half a second at the rates of a socket is less. */
const CROWDED_SHARE = 0.75;
/** What is left of it when room was made: less would soon be too much again. */
const ROOMY_SHARE = 0.5;
/** What a block costs beside its body: its row, and the numbers of its packets. */
const BLOCK_COST_BYTES = 512;
/** Of each number that an account keeps of damaged and shed datagrams; of a bad link a megabyte. */
const CLAIM_COST_BYTES = 8;

export interface SealedBatch {
  readonly batch: ArchiveBatch;
  readonly samples: number;
  /** By the clock that never steps. */
  readonly sealedAtMs: number;
}

/**
 * Batches on their way to the archive, in the order in which they were sealed. An account stands in each
 * of them, so none may be left out or overtaken.
 */
export abstract class BatchQueue {
  abstract readonly size: number;
  /** Of all that wait. */
  abstract readonly samples: number;
  /** Since when the first one has waited; null when none waits. */
  abstract readonly waitingSinceMs: number | null;
  /** Batches since the start that were lost where they waited: of them nothing is in the archive. */
  abstract readonly lost: number;
  /** So much of the memory is taken that it may be full soon. */
  abstract readonly isCrowded: boolean;
  /** For one more batch of any size. */
  abstract hasRoom(): boolean;
  /** The caller has asked whether there is room. */
  abstract push(sealed: SealedBatch): void;
  /** The oldest, which stays until `shift`. Rejects when there is none, or it cannot be had now. */
  abstract first(): Promise<SealedBatch>;
  /** The one that `first` gave last is stored, wherever it is by now. */
  abstract shift(): Promise<void>;
  /**
   * The archive does not take them: those in memory are put elsewhere, in their order, also the one that
   * is being stored. False when there is no such place, or it has not taken all.
   */
  abstract relieve(): Promise<boolean>;
  /**
   * The archive takes them, but not fast enough: some of those in memory are put elsewhere, until it is
   * not crowded for a while. Not all of them: each costs the archive its time twice.
   */
  abstract makeRoom(): Promise<boolean>;
  /** Of the place elsewhere. */
  abstract health(): PartHealth;
}

export class MemoryBatchQueue extends BatchQueue {
  readonly lost = 0;
  readonly #batches: SealedBatch[] = [];
  #bytes = 0;
  #samples = 0;

  constructor(private readonly bytesMax = WAITING_BYTES_MAX) {
    super();
  }

  get size(): number {
    return this.#batches.length;
  }

  get samples(): number {
    return this.#samples;
  }

  get waitingSinceMs(): number | null {
    return this.#batches[0]?.sealedAtMs ?? null;
  }

  get isCrowded(): boolean {
    return this.#bytes > this.bytesMax * CROWDED_SHARE;
  }

  get isRoomy(): boolean {
    return this.#bytes <= this.bytesMax * ROOMY_SHARE;
  }

  hasRoom(): boolean {
    return this.#bytes < this.bytesMax;
  }

  push(sealed: SealedBatch): void {
    this.#batches.push(sealed);
    this.#bytes += costOf(sealed);
    this.#samples += sealed.samples;
  }

  async first(): Promise<SealedBatch> {
    const [first] = this.#batches;
    if (!first) throw new Error('No batch waits');
    return first;
  }

  async shift(): Promise<void> {
    const stored = this.#batches.shift();
    if (!stored) return;
    this.#bytes -= costOf(stored);
    this.#samples -= stored.samples;
  }

  async relieve(): Promise<boolean> {
    return false;
  }

  async makeRoom(): Promise<boolean> {
    return false;
  }

  health(): PartHealth {
    return { status: 'up', kept_in: 'memory' };
  }
}

const costOf = ({ batch: { blocks, receptions } }: SealedBatch): number =>
  blocks.reduce((sum, { body }) => sum + body.length + BLOCK_COST_BYTES, 0) +
  receptions.reduce((sum, { progress }) => sum + claimsCost(progress.account), 0);

const claimsCost = ({ corruptClaims, shedClaims }: AccountSnapshot): number =>
  (corruptClaims.length + shedClaims.length) * CLAIM_COST_BYTES;

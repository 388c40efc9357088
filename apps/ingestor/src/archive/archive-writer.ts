import { Injectable, Logger, Optional } from '@nestjs/common';
import {
  type CancelTimer,
  Clock,
  FaultLog,
  type PartHealth,
  type ReadinessCheck,
} from '#common/platform';
import type { Reception } from '../receptions/reception.js';
import { BatchQueue, MemoryBatchQueue } from './batch-queue.js';
import { BlockMemory, FREE_BYTES_MAX } from './block-memory.js';
import type { GoodPacket } from './good-packet.js';
import { OpenBatch } from './open-batch.js';
import type { PacketBlock } from './packet-block.js';
import { LeftOutBlocks } from './left-out.port.js';
import {
  type ArchiveBatch,
  type BatchReception,
  TelemetryArchive,
} from './telemetry-archive.port.js';

/** A packet waits at most so long before it is on its way to the archive. */
export const FLUSH_EVERY_MS = 50;
/** Longer, and the archive is away or slower than the datagrams come. */
const BEHIND_MS = 1_000;
/** How often a write that takes long is asked whether what waits behind it shall go elsewhere. */
const WATCH_EVERY_MS = 1_000;
const RETRY_DELAY_MS = 100;
const RETRY_DELAY_MS_MAX = 2_000;

/**
 * Between the sockets and the archive: gathers packets into blocks, writes them in batches one after
 * the other, and keeps them while the archive is away. Its room is bounded; who finds none sheds.
 */
@Injectable()
export class ArchiveWriter implements ReadinessCheck {
  readonly part = 'archive';
  readonly #logger = new Logger(ArchiveWriter.name);
  readonly #faults: FaultLog;
  /** Those who wait until so many batches are stored, in the order of their calls. */
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];
  readonly #memory = new BlockMemory(FREE_BYTES_MAX);
  #open = new OpenBatch(this.#memory);
  /** Batches since the start, those that waited then included. */
  #sealedCount: number;
  #storedSamples = 0;
  /** The open batch goes with the next write though it is not full. */
  #isDue = false;
  #isWriting = false;
  #isClosed = false;
  #cancelFlush: CancelTimer | null = null;
  #cancelWatch: CancelTimer | null = null;
  #relieving: Promise<void> | null = null;
  #isMakingRoom = false;
  #fault: string | null = null;

  constructor(
    private readonly archive: TelemetryArchive,
    private readonly clock: Clock,
    @Optional() private readonly queue: BatchQueue = new MemoryBatchQueue(),
    /** Without it, what the archive leaves out is gone. */
    @Optional() private readonly leftOut?: LeftOutBlocks,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
    this.#sealedCount = queue.size;
  }

  /**
   * For a packet of so many bytes. To be asked before the account counts the packet: what is counted
   * and what is written must go with the same batch.
   */
  hasRoomFor(length: number): boolean {
    if (this.#open.hasRoomFor(length)) return true;
    if (!this.queue.hasRoom()) return false;
    this.#seal();
    if (this.queue.isCrowded) void this.#makeRoom();
    void this.#write();
    return true;
  }

  /** Takes a packet that was counted as good; its bytes are copied. The caller has asked for room. */
  take(reception: Reception, packet: GoodPacket): void {
    this.#open.add(reception, packet);
    this.#arm();
  }

  /** The account of the reception changed. */
  touch(reception: Reception): void {
    this.#open.touch(reception);
    this.#arm();
  }

  /**
   * Done when all that was given up to now is stored. Waits as long as the archive is away.
   * @throws when the writer closes before.
   */
  async flush(): Promise<void> {
    if (this.#isClosed) throw stopped();
    const until = this.#sealedCount + (this.#open.isEmpty ? 0 : 1);
    if (until <= this.#doneCount) return;
    const isStored = new Promise<void>((resolve) => this.#waiting.push({ until, resolve }));
    this.#isDue = true;
    void this.#write();
    await isStored;
    if (this.#isClosed) throw stopped();
  }

  /**
   * Stores what it can within the deadline; then it gives up the rest. What is not stored after half of
   * it goes elsewhere, where there is a place: the next process finds it there.
   */
  async close(deadlineMs: number): Promise<void> {
    const cancelRelief = this.clock.after(deadlineMs / 2, () => void this.#relieve());
    const cancel = this.clock.after(deadlineMs, () => this.#giveUp());
    await this.flush().catch((fault: unknown) => this.#logger.error(fault));
    cancelRelief();
    cancel();
    this.#giveUp();
    this.#cancelFlush?.();
    this.#cancelWatch?.();
  }

  /** Some of what waits is old. */
  get isBehind(): boolean {
    const since = this.queue.waitingSinceMs;
    return since !== null && this.clock.monotonicMs() - since > BEHIND_MS;
  }

  /** Since the start, something that was taken was lost where it waited for the archive. */
  get hasLost(): boolean {
    return this.queue.lost > 0;
  }

  check(): PartHealth {
    const samples_waiting = this.queue.samples + this.#open.samples;
    const details = { samples_stored: this.#storedSamples, samples_waiting };
    if (this.#fault === null) return { status: 'up', ...details };
    // While there is room nothing is lost: then it does not take the sockets out of traffic.
    const status = this.queue.hasRoom() ? 'degraded' : 'down';
    return { status, reason: this.#fault, ...details };
  }

  /** Batches that wait no more. */
  get #doneCount(): number {
    return this.#sealedCount - this.queue.size;
  }

  #giveUp(): void {
    this.#isClosed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #arm(): void {
    this.#cancelFlush ??= this.clock.after(FLUSH_EVERY_MS, () => {
      this.#cancelFlush = null;
      this.#isDue = true;
      void this.#write();
    });
  }

  #seal(): void {
    const { samples } = this.#open;
    this.queue.push({ batch: this.#open.seal(), samples, sealedAtMs: this.clock.monotonicMs() });
    this.#sealedCount += 1;
    this.#open = new OpenBatch(this.#memory);
  }

  /** One batch after the other, since their order is the order of the accounts. */
  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#watch();
    while (this.#hasWork() && !this.#isClosed) await this.#storeFirst();
    this.#isWriting = false;
  }

  /** An archive that hangs fails not, and one that is slow, never: neither may fill the memory. */
  #watch(): void {
    this.#cancelWatch ??= this.clock.after(WATCH_EVERY_MS, () => {
      this.#cancelWatch = null;
      if (!this.#isWriting || this.#isClosed) return;
      if (this.isBehind) void this.#relieve();
      else if (this.queue.isCrowded) void this.#makeRoom();
      this.#watch();
    });
  }

  /** While a write is under way the open batch goes on filling. */
  #hasWork(): boolean {
    if (this.queue.size === 0 && this.#isDue) {
      this.#isDue = false;
      if (!this.#open.isEmpty) this.#seal();
    }
    return this.queue.size > 0;
  }

  /** Again and again until it is stored. */
  async #storeFirst(): Promise<void> {
    for (let attempt = 0; !this.#isClosed; attempt += 1) {
      try {
        const first = await this.queue.first();
        const leftOut = await this.archive.store(first.batch);
        await this.queue.shift();
        return this.#stored(first.samples - this.#letGo(first.batch, leftOut));
      } catch (fault) {
        // What the disk lost is not waited for.
        if (this.queue.size === 0) return this.#stored(0);
        this.#noteFault(fault);
        await this.#relieve();
        const delayMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt, 8));
        await this.clock.sleep(delayMs);
      }
    }
  }

  /** Where there is a place for them: so a process that dies loses little, and more can be kept. */
  #relieve(): Promise<void> {
    this.#relieving ??= this.#trying(() => this.#moveAll()).finally(() => {
      this.#relieving = null;
    });
    return this.#relieving;
  }

  /** Beside `#relieve`, which must not wait for less than it needs: the queue moves one at a time. */
  async #makeRoom(): Promise<void> {
    if (this.#isMakingRoom) return;
    this.#isMakingRoom = true;
    await this.#trying(() => this.queue.makeRoom());
    this.#isMakingRoom = false;
  }

  async #trying(move: () => Promise<unknown>): Promise<void> {
    try {
      await move();
    } catch (fault) {
      this.#faults.note('What waits for the archive cannot be put elsewhere', fault);
    }
  }

  async #moveAll(): Promise<void> {
    if (!(await this.queue.relieve()) || this.#open.isEmpty) return;
    this.#seal();
    await this.queue.relieve();
  }

  /** The memory of stored blocks serves again; others are handed over: gives the samples of those. */
  #letGo({ blocks }: ArchiveBatch, leftOut: readonly BatchReception[]): number {
    const isLeftOut = (block: PacketBlock): boolean =>
      leftOut.some(
        ({ contactId, fence }) => contactId === block.contactId && fence === block.fence,
      );
    const theirs: PacketBlock[] = [];
    for (const block of blocks) {
      if (isLeftOut(block)) theirs.push(block);
      else this.#memory.release(block.body);
    }
    if (theirs.length > 0) this.leftOut?.take(theirs);
    return theirs.reduce((sum, { samples }) => sum + samples, 0);
  }

  #stored(samples: number): void {
    this.#storedSamples += samples;
    this.#fault = null;
    while (this.#waiting[0] && this.#waiting[0].until <= this.#doneCount)
      this.#waiting.shift()!.resolve();
  }

  #noteFault(fault: unknown): void {
    this.#fault = 'The archive cannot be written';
    this.#faults.note(this.#fault, fault);
  }
}

const stopped = (): Error => new Error('The ingestor stops before the archive has everything');

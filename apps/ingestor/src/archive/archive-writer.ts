import { Injectable, Logger } from '@nestjs/common';
import {
  type CancelTimer,
  Clock,
  FaultLog,
  type PartHealth,
  type ReadinessCheck,
} from '#common/platform';
import type { Reception } from '../receptions/reception.js';
import { SampleBatch } from './sample-batch.js';
import { TelemetryArchive } from './telemetry-archive.port.js';

/** A sample waits at most so long before it is on its way to the archive. */
export const FLUSH_EVERY_MS = 50;
/** Beside the one that fills: 64 × 4,096 rows are about 15 MB. Further datagrams are shed. */
export const BATCHES_WAITING_MAX = 64;
/** Longer, and the archive is away or slower than the datagrams come. */
const BEHIND_MS = 1_000;
const RETRY_DELAY_MS = 100;
const RETRY_DELAY_MS_MAX = 2_000;

/**
 * Between the sockets and the archive: gathers samples, writes them in batches one after the other,
 * and keeps them while the archive is away. Its room is bounded; who finds none sheds.
 */
@Injectable()
export class ArchiveWriter implements ReadinessCheck {
  readonly part = 'archive';
  readonly #logger = new Logger(ArchiveWriter.name);
  readonly #faults: FaultLog;
  readonly #full: SampleBatch[] = [];
  /** When each of the full ones was sealed. */
  readonly #sealedAtMs = new Map<SampleBatch, number>();
  readonly #waiting = new Map<SampleBatch, () => void>();
  #open = new SampleBatch();
  /** The open batch goes with the next write though it is not full. */
  #isDue = false;
  #isWriting = false;
  #isClosed = false;
  #cancelFlush: CancelTimer | null = null;
  #fault: string | null = null;
  #storedRows = 0;

  constructor(
    private readonly archive: TelemetryArchive,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
  }

  /** Where the rows of one datagram go; null when there is no room for them. */
  roomFor(rows: number): SampleBatch | null {
    if (!this.#open.hasRoom(rows)) {
      if (this.#full.length >= BATCHES_WAITING_MAX) return null;
      this.#seal();
      void this.#write();
    }
    this.#arm();
    return this.#open;
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
    const last = this.#open.isEmpty ? this.#full.at(-1) : this.#open;
    if (!last) return;
    const before = this.#waiting.get(last);
    const isStored = new Promise<void>((resolve) => {
      this.#waiting.set(last, () => {
        before?.();
        resolve();
      });
    });
    this.#isDue = true;
    void this.#write();
    await isStored;
    if (this.#isClosed) throw stopped();
  }

  /** Stores what it can within the deadline; then it gives up the rest. */
  async close(deadlineMs: number): Promise<void> {
    const cancel = this.clock.after(deadlineMs, () => this.#giveUp());
    await this.flush().catch((fault: unknown) => this.#logger.error(fault));
    cancel();
    this.#giveUp();
    this.#cancelFlush?.();
  }

  /** Some of what waits is old. */
  get isBehind(): boolean {
    const [oldest] = this.#full;
    if (!oldest) return false;
    return this.clock.monotonicMs() - (this.#sealedAtMs.get(oldest) ?? 0) > BEHIND_MS;
  }

  check(): PartHealth {
    const waiting = this.#full.reduce((sum, { length }) => sum + length, this.#open.length);
    const details = { samples_stored: this.#storedRows, samples_waiting: waiting };
    if (this.#fault === null) return { status: 'up', ...details };
    return { status: 'down', reason: this.#fault, ...details };
  }

  #giveUp(): void {
    this.#isClosed = true;
    for (const resolve of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  #arm(): void {
    this.#cancelFlush ??= this.clock.after(FLUSH_EVERY_MS, () => {
      this.#cancelFlush = null;
      this.#isDue = true;
      void this.#write();
    });
  }

  #seal(): void {
    this.#full.push(this.#open.seal());
    this.#sealedAtMs.set(this.#open, this.clock.monotonicMs());
    this.#open = new SampleBatch();
  }

  /** One batch after the other, since their order is the order of the accounts. */
  async #write(): Promise<void> {
    if (this.#isWriting) return;
    this.#isWriting = true;
    for (let batch = this.#next(); batch && !this.#isClosed; batch = this.#next()) {
      await this.#store(batch);
    }
    this.#isWriting = false;
  }

  /** While a write is under way the open batch goes on filling. */
  #next(): SampleBatch | undefined {
    if (this.#full.length === 0 && this.#isDue) {
      this.#isDue = false;
      if (!this.#open.isEmpty) this.#seal();
    }
    return this.#full[0];
  }

  /** Again and again until it is stored. */
  async #store(batch: SampleBatch): Promise<void> {
    for (let attempt = 0; !this.#isClosed; attempt += 1) {
      try {
        await this.archive.store(batch);
        return this.#stored(batch);
      } catch (fault) {
        this.#noteFault(fault);
        const delayMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS * 2 ** Math.min(attempt, 8));
        await this.clock.sleep(delayMs);
      }
    }
  }

  #stored(batch: SampleBatch): void {
    this.#full.shift();
    this.#sealedAtMs.delete(batch);
    this.#storedRows += batch.length;
    this.#fault = null;
    this.#waiting.get(batch)?.();
    this.#waiting.delete(batch);
  }

  #noteFault(fault: unknown): void {
    this.#fault = 'The archive cannot be written';
    this.#faults.note(this.#fault, fault);
  }
}

const stopped = (): Error => new Error('The ingestor stops before the archive has everything');

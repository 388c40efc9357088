import { Injectable, Logger } from '@nestjs/common';
import { type CancelTimer, Clock, ConfigError, FaultLog, shutDown } from '#common/platform';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { type Held, Holdings, LEASE_MS } from './holdings.port.js';
import { IngestorIdentity } from './ingestor-identity.js';
import type { Predecessor } from './reception-resumption.js';
import { ReceptionStore } from './reception-store.port.js';
import { ReceptionsService } from './receptions.service.js';

const BEAT_EVERY_MS = 500;
/** Longer between two beats, and the others may have been kept from theirs, too. */
const BEAT_GAP_MS_MAX = 2 * BEAT_EVERY_MS;
/** Fewer than the pool has connections. */
const ADOPTED_AT_ONCE_MAX = 6;

/**
 * Keeps the lease of this ingestor, and takes over what dead ones held. After a database that was
 * away for all, it gives the others time to come back before it takes anything for dead.
 */
@Injectable()
export class HoldingsLoop {
  readonly #logger = new Logger(HoldingsLoop.name);
  readonly #faults: FaultLog;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  /** What takes longer than a beat may. */
  #care: Promise<void> = Promise.resolve();
  #isCaring = false;
  #cancel: CancelTimer | null = null;
  #beatAtMs = Number.NEGATIVE_INFINITY;
  #steadySinceMs = Number.POSITIVE_INFINITY;
  #adoptedCount = 0;
  #notOpenBefore: ReadonlySet<string> = new Set();
  #noteStop: () => void = () => undefined;
  readonly #stopped = new Promise<void>((resolve) => {
    this.#noteStop = resolve;
  });

  constructor(
    private readonly holdings: Holdings,
    private readonly receptions: ReceptionsService,
    private readonly store: ReceptionStore,
    private readonly writer: ArchiveWriter,
    private readonly identity: IngestorIdentity,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(this.#logger, clock);
  }

  /** Receptions taken over from other ingestors. */
  get adoptedCount(): number {
    return this.#adoptedCount;
  }

  /** Goes on with what earlier processes of this ingestor held; done when all are listening. */
  async start(): Promise<void> {
    await this.holdings.enter();
    const held = await this.holdings.beat();
    this.#takeCare(() => this.#resume(held));
    this.#next();
    await this.#care;
  }

  /** What an earlier process left on the disk counts for accounts: these must be read after it. */
  async #resume(held: Held | null): Promise<void> {
    await this.#stored();
    await this.#open([...(held?.keys() ?? [])], 'ours');
  }

  /** Done when all that waits is stored, as long as that takes, or when the loop stops. */
  async #stored(): Promise<void> {
    await Promise.race([this.writer.flush(), this.#stopped]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#noteStop();
    this.#cancel?.();
    await Promise.all([this.#running, this.#care]);
  }

  #next(): void {
    if (this.#isStopped) return;
    this.#cancel = this.clock.after(BEAT_EVERY_MS, () => {
      this.#running = this.#beat()
        .catch((fault: unknown) => this.#faults.note('The lease could not be prolonged', fault))
        .finally(() => this.#next());
    });
  }

  async #beat(): Promise<void> {
    // Before the question: what begins meanwhile is not in the answer.
    const listed = this.receptions.list();
    const held = await this.holdings.beat();
    if (held === null) return this.#giveWay();
    this.#noteBeat();
    this.receptions.settle(listed, held);
    this.#takeCare(() => this.#remember(held).then(() => this.#adoptAll()));
  }

  #noteBeat(): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#beatAtMs > BEAT_GAP_MS_MAX) this.#steadySinceMs = nowMs;
    this.#beatAtMs = nowMs;
  }

  /** Beside the beats, which must not wait for it; one at a time, or one reception is opened twice. */
  #takeCare(work: () => Promise<void>): void {
    if (this.#isCaring || this.#isStopped) return;
    this.#isCaring = true;
    this.#care = work()
      .catch((fault: unknown) => this.#faults.note('Nothing could be taken over', fault))
      .finally(() => {
        this.#isCaring = false;
      });
  }

  async #adoptAll(): Promise<void> {
    while (!this.#isStopped && (await this.#adoptSome()) > 0);
  }

  /** How many. */
  async #adoptSome(): Promise<number> {
    const isSteady = this.clock.monotonicMs() - this.#steadySinceMs >= LEASE_MS;
    const room = Math.min(this.receptions.room, ADOPTED_AT_ONCE_MAX);
    // Who is behind has enough to do. And what it lost may come back to it, while an account of
    // before the loss still waits to be stored, which must not overwrite the newer one.
    if (!isSteady || room === 0 || this.writer.isBehind) return 0;
    const contactIds = await this.holdings.adopt(room);
    if (contactIds.length === 0) return 0;
    this.#adoptedCount += contactIds.length;
    this.#logger.warn({ message: 'Took over receptions of a dead ingestor', contactIds });
    await this.#open(contactIds, 'another');
    return contactIds.length;
  }

  /**
   * What is held and not open was taken over, and then the database was away. Only when it was so at
   * the beat before, too: what begins at this moment is stored a little earlier than it is open. Its
   * account may still be among what waits for the archive.
   */
  async #remember(held: Held): Promise<void> {
    const notOpen = this.#notOpenOf([...held.keys()]);
    const forgotten = notOpen.filter((contactId) => this.#notOpenBefore.has(contactId));
    this.#notOpenBefore = new Set(notOpen);
    if (forgotten.length === 0) return;
    await this.#stored();
    await this.#open(this.#notOpenOf(forgotten), 'another');
  }

  #notOpenOf(contactIds: readonly string[]): string[] {
    const open = new Set(this.receptions.list().map(({ contactId }) => contactId));
    return contactIds.filter((contactId) => !open.has(contactId));
  }

  /** Each for itself: one that cannot be opened now is remembered later, and keeps up no other. */
  async #open(contactIds: readonly string[], predecessor: Predecessor): Promise<void> {
    for (let at = 0; at < contactIds.length; at += ADOPTED_AT_ONCE_MAX) {
      const some = contactIds.slice(at, at + ADOPTED_AT_ONCE_MAX);
      await Promise.all(some.map((contactId) => this.#openOne(contactId, predecessor)));
    }
  }

  async #openOne(contactId: string, predecessor: Predecessor): Promise<void> {
    if (this.#isStopped) return;
    try {
      const [stored] = await this.store.unfinished([contactId]);
      if (stored) await this.receptions.resume(stored, predecessor);
    } catch (fault) {
      this.#faults.note('A reception could not be taken over; it is tried again', fault);
    }
  }

  #giveWay(): void {
    this.#isStopped = true;
    shutDown(
      new ConfigError(
        `Another process has become the ingestor ${this.identity.name}. ` +
          'Give each ingestor an INGESTOR_ID of its own.',
      ),
    );
  }
}

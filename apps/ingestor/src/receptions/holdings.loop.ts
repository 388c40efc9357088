import { Injectable, Logger } from '@nestjs/common';
import { type CancelTimer, Clock, ConfigError, FaultLog, shutDown } from '#common/platform';
import { ArchiveWriter } from '../telemetry/archive-writer.js';
import { type Held, Holdings, LEASE_MS } from './holdings.port.js';
import { IngestorIdentity } from './ingestor-identity.js';
import { ReceptionStore } from './reception-store.port.js';
import { ReceptionsService } from './receptions.service.js';

const BEAT_EVERY_MS = 500;
/** Longer between two beats, and the others may have been kept from theirs, too. */
const BEAT_GAP_MS_MAX = 2 * BEAT_EVERY_MS;

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
  #cancel: CancelTimer | null = null;
  #beatAtMs = Number.NEGATIVE_INFINITY;
  #steadySinceMs = Number.POSITIVE_INFINITY;
  #adoptedCount = 0;
  #notOpenBefore: ReadonlySet<string> = new Set();

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
    await this.receptions.resume(await this.store.unfinished(), 'ours');
    this.#next();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#running;
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
    await this.#remember(held);
    if (this.clock.monotonicMs() - this.#steadySinceMs >= LEASE_MS) await this.#adopt();
  }

  #noteBeat(): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.#beatAtMs > BEAT_GAP_MS_MAX) this.#steadySinceMs = nowMs;
    this.#beatAtMs = nowMs;
  }

  async #adopt(): Promise<void> {
    const { room } = this.receptions;
    // Who is behind has enough to do. And what it lost may come back to it, while an account of
    // before the loss still waits to be stored, which must not overwrite the newer one.
    if (room === 0 || this.writer.isBehind) return;
    const contactIds = await this.holdings.adopt(room);
    if (contactIds.length === 0) return;
    this.#adoptedCount += contactIds.length;
    this.#logger.warn({ message: 'Took over receptions of a dead ingestor', contactIds });
    await this.receptions.resume(await this.store.unfinished(contactIds), 'another');
  }

  /**
   * What is held and not open was taken over, and then the database was away. Only when it was so at
   * the beat before, too: what begins at this moment is stored a little earlier than it is open.
   */
  async #remember(held: Held): Promise<void> {
    const open = new Set(this.receptions.list().map(({ contactId }) => contactId));
    const notOpen = [...held.keys()].filter((contactId) => !open.has(contactId));
    const forgotten = notOpen.filter((contactId) => this.#notOpenBefore.has(contactId));
    this.#notOpenBefore = new Set(notOpen);
    if (forgotten.length === 0) return;
    await this.receptions.resume(await this.store.unfinished(forgotten), 'another');
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

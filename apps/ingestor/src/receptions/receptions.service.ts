import { Injectable, Logger } from '@nestjs/common';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock } from '#common/platform';
import { IngestorConfig } from '../ingestor.config.js';
import { AddressPool } from './address-pool.js';
import { ForeignShips } from './foreign-ships.js';
import type { Held } from './holdings.port.js';
import { ReceptionCourse } from './reception-course.js';
import { type Predecessor, ReceptionResumption } from './reception-resumption.js';
import { Reception } from './reception.js';
import {
  type ReceptionAddress,
  type ReceptionOpening,
  ReceptionStore,
  type StoredReception,
} from './reception-store.port.js';

/** Where a reception listens, or why it cannot. */
interface Place {
  readonly address: ReceptionAddress | null;
  readonly reason: string | null;
}

/** For a reception that ends before it listens. */
const NOWHERE: Place = { address: null, reason: null };

/** Opens and closes receptions by command; each then runs its course by itself. */
@Injectable()
export class ReceptionsService {
  readonly #logger = new Logger(ReceptionsService.name);
  readonly #open = new Map<string, Reception>();
  readonly #courses = new Set<Promise<void>>();
  #isStopping = false;

  constructor(
    private readonly store: ReceptionStore,
    private readonly addresses: AddressPool,
    private readonly course: ReceptionCourse,
    private readonly resumption: ReceptionResumption,
    private readonly clock: Clock,
    private readonly config: IngestorConfig,
    private readonly foreign: ForeignShips,
  ) {}

  /** Done when the reception is stored and on its way; the contact itself goes on without us. */
  async open(opening: ReceptionOpening): Promise<void> {
    if (this.#isStopping) throw new Error('The ingestor stops');
    const known = this.#open.get(opening.contactId);
    if (known && known.opening.fence >= opening.fence) return this.#endIfClosed(known);

    const shipId = await this.store.shipId(opening.shipName);
    const isClosed = await this.store.isClosed(opening.contactId, opening.fence);
    const place = isClosed ? NOWHERE : await this.#takeAddress(opening, shipId);
    const reception = this.#receptionOf(opening, shipId, place);
    if (isClosed) reception.end('stopped');
    if (!(await this.#begin(reception))) return;
    this.#open.get(opening.contactId)?.end('superseded');
    this.#track(reception, this.#start(reception, place));
    await this.#endIfClosed(reception);
  }

  /**
   * Done when it is stored. The command may come before the reception is open, or while it opens:
   * it is noted before we look for the reception, which in turn looks for the note once it is open.
   */
  async close(contactId: string, fence: number, reason: string): Promise<void> {
    const closedAt = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    await this.store.close({ contactId, fence, closedAt, reason });
    const reception = this.#open.get(contactId);
    if (reception && reception.opening.fence <= fence) reception.end('stopped');
  }

  list(): Reception[] {
    return [...this.#open.values()];
  }

  /** How many more there is room for. */
  get room(): number {
    const { INGESTOR_RECEPTIONS_MAX: max } = this.config;
    return Math.max(0, Math.min(max - this.#open.size, this.addresses.freePorts));
  }

  /**
   * Goes on with a reception that this process holds now; done when it is listening.
   * @throws when the database is away; then nothing has changed.
   */
  async resume(stored: StoredReception, predecessor: Predecessor): Promise<void> {
    if (this.#isStopping) return;
    const reception = Reception.restore(stored);
    this.#open.get(reception.contactId)?.end('lost');
    const run = await this.resumption.prepare(reception, predecessor);
    this.#track(reception, run());
  }

  /** Of those listed, what is not held any more is lost; what was called off elsewhere ends. */
  settle(listed: readonly Reception[], held: Held): void {
    for (const reception of listed) {
      const isClosed = held.get(reception.contactId);
      if (isClosed === undefined) reception.end('lost');
      else if (isClosed) reception.end('stopped');
    }
  }

  /** Leaves the contacts open: the next start goes on with them. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const reception of this.#open.values()) reception.abandon();
    await Promise.all(this.#courses);
  }

  #receptionOf(opening: ReceptionOpening, shipId: number, { address }: Place): Reception {
    const { shipName } = opening;
    if (!this.foreign.has(shipName)) return Reception.open(opening, shipId, address);
    const sources = this.foreign.sourcesOf(shipName);
    return Reception.openForeign(opening, shipId, address, sources);
  }

  /** Without a pause from the look at the open receptions to the beginning of this one. */
  #start(reception: Reception, { reason }: Place): Promise<void> {
    if (reason !== null) return this.course.giveUp(reception, 'system', reason);
    if (!reception.foreign || reception.endCause !== null) return this.course.run(reception);
    const refusal = this.foreign.refusalOf(reception, this.list());
    if (refusal === null) return this.course.run(reception);
    reception.address = null;
    return this.course.giveUp(reception, 'user', refusal);
  }

  async #endIfClosed(reception: Reception): Promise<void> {
    const { contactId, opening } = reception;
    if (await this.store.isClosed(contactId, opening.fence)) reception.end('stopped');
  }

  /** False when it is known already: a message that came twice, or late. */
  async #begin(reception: Reception): Promise<boolean> {
    const { opening, shipId, address } = reception;
    try {
      const isNew = await this.store.begin({
        opening,
        shipId,
        address,
        openedAt: this.clock.nowMs() * MICROS_PER_MILLISECOND,
        progress: reception.progress(),
      });
      if (!isNew && address) await this.addresses.release(address);
      return isNew;
    } catch (fault) {
      if (address) await this.addresses.release(address);
      throw fault;
    }
  }

  async #takeAddress({ stream, shipName }: ReceptionOpening, shipId: number): Promise<Place> {
    const max = this.config.INGESTOR_RECEPTIONS_MAX;
    if (this.#open.size >= max)
      return { address: null, reason: `${max} receptions are open, that is the limit` };
    try {
      const address =
        this.foreign.addressOf(shipName) ??
        (await this.addresses.take(stream.format ?? 'json', shipId));
      return { address, reason: null };
    } catch (fault) {
      return { address: null, reason: (fault as Error).message };
    }
  }

  #track(reception: Reception, running: Promise<void>): void {
    const { contactId } = reception;
    this.#open.set(contactId, reception);
    const tracked = running
      .catch((fault: unknown) => this.#logger.error(fault))
      .finally(() => {
        this.#courses.delete(tracked);
        if (this.#open.get(contactId) === reception) this.#open.delete(contactId);
      });
    this.#courses.add(tracked);
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { Clock } from '#common/platform';
import { IngestorConfig } from '../ingestor.config.js';
import { AddressPool } from './address-pool.js';
import { ForeignShips } from './foreign-ships.js';
import type { Held } from './holdings.port.js';
import { ReceptionCourse } from './reception-course.js';
import { PreparedReceptions } from './prepared-receptions.js';
import { type ReceptionPlace, ReceptionPlaces } from './reception-places.js';
import { type Predecessor, ReceptionResumption } from './reception-resumption.js';
import { Reception } from './reception.js';
import {
  type Begun,
  type ReceptionOpening,
  type ReceptionOrder,
  ReceptionStore,
  type UnfinishedReception,
} from './reception-store.port.js';

/** Of a start that is under way here, and has not begun yet. */
interface Opening {
  readonly order: ReceptionOpening;
  /** When the command came, by the monotonic clock. */
  readonly cameAtMs: number;
  isClosed: boolean;
  /** When it has begun, or cannot. */
  done: Promise<void>;
}

/** Opens and closes receptions by command; each then runs its course by itself. */
@Injectable()
export class ReceptionsService {
  readonly #logger = new Logger(ReceptionsService.name);
  readonly #open = new Map<string, Reception>();
  /** By contact and fence: a command that comes twice takes no second place. */
  readonly #opening = new Map<string, Opening>();
  readonly #courses = new Set<Promise<void>>();
  #isStopping = false;

  constructor(
    private readonly store: ReceptionStore,
    private readonly addresses: AddressPool,
    private readonly places: ReceptionPlaces,
    private readonly prepared: PreparedReceptions,
    private readonly course: ReceptionCourse,
    private readonly resumption: ReceptionResumption,
    private readonly clock: Clock,
    private readonly config: IngestorConfig,
    private readonly foreign: ForeignShips,
  ) {}

  /** Has all ready that takes time. Never fails: what is not ready, `open` does by itself. */
  async prepare(order: ReceptionOrder): Promise<void> {
    const known = this.#open.get(order.contactId);
    if (this.#isStopping || (known && known.opening.fence >= order.fence)) return;
    if (this.room > 0) await this.prepared.prepare(order);
  }

  /** Done when the reception is stored and on its way; the contact itself goes on without us. */
  async open(order: ReceptionOpening): Promise<void> {
    if (this.#isStopping) throw new Error('The ingestor stops');
    const known = this.#open.get(order.contactId);
    if (known && known.opening.fence >= order.fence) return this.#endIfClosed(known);
    return (this.#opening.get(startOf(order)) ?? this.#newOpening(order)).done;
  }

  /**
   * Done when it is stored. The command may come before the reception is open, or while it opens:
   * it is noted before we look for the reception, which looks for the note when it begins.
   */
  async close(contactId: string, fence: number, reason: string): Promise<void> {
    const closedAt = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    await this.store.close({ contactId, fence, closedAt, reason });
    this.prepared.callOff(contactId, fence);
    for (const opening of this.#opening.values())
      if (opening.order.contactId === contactId && opening.order.fence <= fence)
        opening.isClosed = true;
    const reception = this.#open.get(contactId);
    if (reception && reception.opening.fence <= fence) reception.end('stopped');
  }

  list(): Reception[] {
    return [...this.#open.values()];
  }

  /** How many more there is room for. */
  get room(): number {
    const { INGESTOR_RECEPTIONS_MAX: max } = this.config;
    return Math.max(0, Math.min(max - this.#usedCount, this.addresses.freePorts));
  }

  /**
   * Goes on with a reception that this process holds now; done when it is listening.
   * @throws when the database is away; then nothing has changed.
   */
  async resume(stored: UnfinishedReception, predecessor: Predecessor): Promise<void> {
    if (this.#isStopping) return;
    const reception = Reception.resume(stored);
    reception.time.told(stored.readAt, this.clock.monotonicMs());
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
    await Promise.all([...this.#courses, this.prepared.stop()]);
  }

  /** Of the receptions that there may be. */
  get #usedCount(): number {
    return this.#open.size + this.#opening.size + this.prepared.count;
  }

  #newOpening(order: ReceptionOpening): Opening {
    const cameAtMs = this.clock.monotonicMs();
    const opening: Opening = { order, cameAtMs, isClosed: false, done: Promise.resolve() };
    const start = startOf(order);
    this.#opening.set(start, opening);
    opening.done = this.#take(opening).finally(() => this.#opening.delete(start));
    return opening;
  }

  async #take(opening: Opening): Promise<void> {
    const { order } = opening;
    const place = (await this.prepared.take(order)) ?? (await this.#place(order));
    await this.#begin(opening, place);
  }

  #receptionOf(order: ReceptionOpening, { shipId, address, sources }: ReceptionPlace): Reception {
    const { shipName } = order;
    if (this.foreign.has(shipName))
      return Reception.openForeign(order, shipId, address, this.foreign.sourcesOf(shipName));
    const reception = Reception.open(order, shipId, address);
    if (sources) reception.expectFrom(sources);
    return reception;
  }

  /** Without a pause from the look at the open receptions to the beginning of this one. */
  #start(reception: Reception, { reason }: ReceptionPlace): Promise<void> {
    if (reception.endCause !== null) return this.course.run(reception);
    if (reason !== null) return this.course.giveUp(reception, 'system', reason);
    if (!reception.foreign) return this.course.run(reception);
    const refusal = this.foreign.refusalOf(reception, this.list());
    if (refusal === null) return this.course.run(reception);
    reception.address = null;
    return this.course.giveUp(reception, 'user', refusal);
  }

  async #endIfClosed(reception: Reception): Promise<void> {
    const { contactId, opening } = reception;
    if (await this.store.isClosed(contactId, opening.fence)) reception.end('stopped');
  }

  /**
   * What is known already is a message that came twice, or late. What time it is says the command, and
   * then the database: a command may have waited in a queue.
   */
  async #begin(opening: Opening, place: ReceptionPlace): Promise<void> {
    const { order, cameAtMs } = opening;
    const reception = this.#receptionOf(order, place);
    reception.time.told(order.startedAt, cameAtMs);
    const begun = await this.#store(reception).catch(async (fault: unknown) => {
      await this.places.giveBack(place);
      throw fault;
    });
    if (begun.outcome === 'known') return this.places.giveBack(place);
    reception.time.told(begun.at, this.clock.monotonicMs());
    if (begun.outcome === 'called off' || opening.isClosed) reception.end('stopped');
    this.#open.get(reception.contactId)?.end('superseded');
    this.#track(reception, this.#start(reception, place));
  }

  #store(reception: Reception): Promise<Begun> {
    const { opening, shipId, address } = reception;
    const openedAt = this.clock.nowMs() * MICROS_PER_MILLISECOND;
    const progress = reception.progress();
    return this.store.begin({ opening, shipId, address, openedAt, progress });
  }

  /** What starts now comes before what is only announced. */
  async #place(order: ReceptionOpening): Promise<ReceptionPlace> {
    const { INGESTOR_RECEPTIONS_MAX: max } = this.config;
    if (this.#usedCount > max) await this.prepared.dropLast();
    if (this.#usedCount > max)
      return this.places.none(order, `${max} receptions are open, that is the limit`);
    const place = await this.places.find(order);
    if (place.address || !(await this.prepared.dropLast())) return place;
    return this.places.find(order);
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

const startOf = ({ contactId, fence }: ReceptionOpening): string => `${contactId}/${fence}`;

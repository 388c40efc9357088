import { Injectable, Logger } from '@nestjs/common';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { type CancelTimer, Clock, FaultLog } from '#common/platform';
import { ForeignShips } from './foreign-ships.js';
import { type ReceptionPlace, ReceptionPlaces } from './reception-places.js';
import type { ReceptionOpening, ReceptionOrder } from './reception-store.port.js';

/** After the planned start: the start comes a moment later, or not at all, or to another ingestor. */
const UNOPENED_MS_MAX = 5_000;
/** So long ahead of the start it may come: then it lasts until the start, though our clock is ahead. */
const ANNOUNCED_MS = 5_000;
/** In all, whatever the clocks say. */
const HELD_MS_MAX = 60_000;

/** What is ready for a contact that was announced. */
interface Preparation {
  readonly order: ReceptionOrder;
  readonly place: Promise<ReceptionPlace>;
  sources: ReadonlySet<string> | null;
  readonly cancelTimers: CancelTimer;
}

/**
 * Places of receptions that were announced and have not begun: at the start of a contact only that is
 * left to do which others see. Each is held for some seconds; whoever lets it grow is the caller.
 */
@Injectable()
export class PreparedReceptions {
  readonly #byContact = new Map<string, Preparation>();
  readonly #releases = new Set<Promise<void>>();
  readonly #faults: FaultLog;
  #isStopped = false;

  constructor(
    private readonly places: ReceptionPlaces,
    private readonly ships: ForeignShips,
    private readonly clock: Clock,
  ) {
    this.#faults = new FaultLog(new Logger(PreparedReceptions.name), clock);
  }

  get count(): number {
    return this.#byContact.size;
  }

  /**
   * Done when all is ready. One of a lower fence than known comes to nothing, as does one that fails:
   * the start then finds nothing ready. A repetition may move the start.
   */
  async prepare(order: ReceptionOrder): Promise<void> {
    const known = this.#byContact.get(order.contactId);
    if (this.#isStopped || (known && known.order.fence > order.fence)) return;
    const isSame = known !== undefined && isOf(known.order, order);
    if (known && !isSame) void this.#drop(known);
    known?.cancelTimers();
    const preparation: Preparation = {
      order,
      place: isSame ? known.place : this.places.find(order),
      sources: known?.sources ?? null,
      cancelTimers: this.clock.after(this.#heldMs(order), () => void this.#drop(preparation)),
    };
    this.#byContact.set(order.contactId, preparation);
    await this.#complete(preparation);
  }

  /** What is ready for this start, and the caller's from now on; null: nothing is. */
  async take(opening: ReceptionOpening): Promise<ReceptionPlace | null> {
    const known = this.#byContact.get(opening.contactId);
    if (!known || known.order.fence > opening.fence) return null;
    if (!isOf(known.order, opening)) {
      void this.#drop(known);
      return null;
    }
    this.#forget(known);
    const place = await known.place.catch(() => null);
    return place?.address ? { ...place, sources: known.sources } : null;
  }

  /** This start of the contact, or one before, was called off. */
  callOff(contactId: string, fence: number): void {
    const known = this.#byContact.get(contactId);
    if (known && known.order.fence <= fence) void this.#drop(known);
  }

  /** Makes room: the one that starts last has nothing ready then. False when there is none. */
  async dropLast(): Promise<boolean> {
    const [first, ...others] = this.#byContact.values();
    if (!first) return false;
    const last = others.reduce(
      (a, b) => (b.order.plannedStart > a.order.plannedStart ? b : a),
      first,
    );
    await this.#drop(last);
    return true;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const preparation of this.#byContact.values()) void this.#drop(preparation);
    await Promise.all(this.#releases);
  }

  /** Never fails: the start does by itself what is not ready. */
  async #complete(preparation: Preparation): Promise<void> {
    const { order, place } = preparation;
    const [found, sources] = await Promise.allSettled([
      place,
      this.ships.shipNamed(order.shipName).addresses(),
    ]);
    if (sources.status === 'fulfilled') preparation.sources = sources.value;
    if (found.status === 'fulfilled' && found.value.address) return;
    const reason: unknown = found.status === 'rejected' ? found.reason : found.value.reason;
    this.#faults.note('A reception could not be prepared', reason);
    if (this.#byContact.get(order.contactId) === preparation) this.#forget(preparation);
  }

  #drop(preparation: Preparation): Promise<void> {
    this.#forget(preparation);
    const released = preparation.place
      .then((place) => this.places.giveBack(place))
      .catch((fault: unknown) => this.#faults.note('An address was not given back', fault))
      .finally(() => this.#releases.delete(released));
    this.#releases.add(released);
    return released;
  }

  #forget({ order, cancelTimers }: Preparation): void {
    cancelTimers();
    this.#byContact.delete(order.contactId);
  }

  #heldMs({ plannedStart }: ReceptionOrder): number {
    const leftMs = plannedStart / MICROS_PER_MILLISECOND - this.clock.nowMs();
    return Math.min(Math.max(ANNOUNCED_MS, leftMs) + UNOPENED_MS_MAX, HELD_MS_MAX);
  }
}

/** Whether what is ready for one is good for the other: a contact may be changed before its start. */
const isOf = (one: ReceptionOrder, other: ReceptionOrder): boolean =>
  one.fence === other.fence &&
  one.shipName === other.shipName &&
  (one.stream.format ?? 'json') === (other.stream.format ?? 'json');

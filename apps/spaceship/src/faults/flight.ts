import type { Instant } from '#common/domain';
import { MICROS_PER_MILLISECOND } from '#common/domain';
import { type BatteryDatagrams, batteryDatagrams } from '../streams/battery-datagrams.js';
import { damaged } from './damage.js';
import { FaultyLink } from './faulty-link.js';
import type { FlightPlan } from './flight-plan.js';
import type { LedgerRecord } from './ledger-entries.js';
import { type Departure, newDeparture, newPassage } from './passage.js';
import { Tally } from './tally.js';

/**
 * The datagrams of one stream in the order in which they leave, and the account of them. It has no
 * socket and no timer: its user says how many numbers may be made and how far the stream's time is,
 * sends what it gets, and says what the network refused.
 *
 * The order is reckoned in stream time, where the n-th number is made at (n − 1) × period. So it does
 * not depend on when its user asks, or for how many.
 */
export class Flight {
  readonly #datagrams: BatteryDatagrams;
  readonly #link: FaultyLink | null;
  readonly #tally = new Tally();
  #lastSequence = 0;
  #allowed = 0;

  /**
   * @param key signs the packets; null: they have no tag
   * @param shipClock what the ship takes for the time; not asked where the plan has an epoch
   */
  constructor(
    private readonly plan: FlightPlan,
    private readonly periodMs: number,
    key: Buffer | null,
    private readonly shipClock: () => Instant,
  ) {
    this.#datagrams = batteryDatagrams(plan, periodMs / 1_000, key);
    this.#link = plan.faults === null ? null : new FaultyLink(plan.seed, plan.faults, periodMs);
  }

  /** The highest number that was made; 0 before the first. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Numbers that the network took; those that faults lost count, those that they repeated count once. */
  get sent(): number {
    return this.#tally.sent;
  }

  /** Numbers that may be made and are not yet. */
  get allowedCount(): number {
    return this.#allowed;
  }

  /** All numbers of its count are made; what is held may still have to leave. */
  get isFinished(): boolean {
    return this.#lastSequence === this.plan.count;
  }

  /** The stream time at which the next of those that are held leaves; infinite when none is. */
  get nextLeavesAtMs(): number {
    return this.#link?.nextLeavesAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** Of the numbers that are made from now on. */
  useApid(apid: number): void {
    this.#datagrams.useApid(apid);
  }

  /** So many more numbers are due. */
  allow(count: number): void {
    const rest = (this.plan.count ?? Number.POSITIVE_INFINITY) - this.#lastSequence;
    this.#allowed = Math.min(this.#allowed + count, rest);
  }

  /** What leaves next, up to `most`: of the numbers that are due, and of what is held until `untilMs`. */
  take(untilMs: number, most: number): Departure[] {
    const link = this.#link;
    const leaving: Departure[] = [];
    while (leaving.length < most) {
      const held = link && this.#takeHeld(link, untilMs);
      if (held) leaving.push(held);
      else if (this.#allowed === 0) break;
      else if (link) this.#makeHeld(link);
      else leaving.push(this.#makeFree());
    }
    return leaving;
  }

  /** What is still held, up to `most`, in its order: the stream ends. */
  drain(most: number): Departure[] {
    this.#allowed = 0;
    const leaving: Departure[] = [];
    while (leaving.length < most) {
      const departure = this.#link?.takeFirst();
      if (departure === undefined) break;
      leaving.push(departure);
    }
    return leaving;
  }

  /** They were handed to the network, which did not take those at these places, in ascending order. */
  left(departures: readonly Departure[], refusedPlaces: readonly number[]): void {
    this.#tally.left(departures, refusedPlaces);
  }

  /** What tells the receiver that the stream is over. No fault touches it. */
  closing(): Buffer[] {
    return this.#datagrams.makeClosing(this.#lastSequence, this.#instantOf(this.#lastSequence + 1));
  }

  closed(packets: readonly Buffer[], refusedPlaces: readonly number[]): void {
    this.#tally.closed(packets, refusedPlaces);
  }

  /** As it is now; stays as it is. */
  ledger(): LedgerRecord {
    const { seed, faults } = this.plan;
    return {
      seed,
      faults,
      periodMs: this.periodMs,
      lastSequence: this.#lastSequence,
      sha256: this.#tally.sha256(),
      totals: this.#tally.totals(this.#link?.heldCount ?? 0),
      refusals: new Map(this.#tally.refusals),
    };
  }

  /** At the same moment what is held goes before what is made: it has the lower number. */
  #takeHeld(link: FaultyLink, untilMs: number): Departure | undefined {
    const madeAtMs = link.nextMadeAtMs;
    const limitMs = this.#allowed > 0 ? madeAtMs : Math.min(untilMs, madeAtMs);
    return link.nextLeavesAtMs <= limitMs ? link.takeFirst() : undefined;
  }

  #makeHeld(link: FaultyLink): void {
    const bytes = this.#makeNext();
    const passage = link.enter();
    for (const departure of passage.departures) {
      const { damage } = departure;
      departure.bytes = damage === null ? bytes : damaged(this.plan.format, bytes, damage);
    }
    this.#tally.made(passage);
  }

  #makeFree(): Departure {
    const madeAtMs = this.#lastSequence * this.periodMs;
    const bytes = this.#makeNext();
    const passage = newPassage(this.#lastSequence);
    const departure = newDeparture(passage, madeAtMs, null);
    departure.bytes = bytes;
    this.#tally.made(passage);
    return departure;
  }

  #makeNext(): Buffer {
    this.#allowed -= 1;
    this.#lastSequence += 1;
    return this.#datagrams.make(this.#lastSequence, this.#instantOf(this.#lastSequence));
  }

  #instantOf(sequence: number): Instant {
    const { epoch } = this.plan;
    if (epoch === null) return this.shipClock();
    return epoch + Math.round((sequence - 1) * this.periodMs * MICROS_PER_MILLISECOND);
  }
}

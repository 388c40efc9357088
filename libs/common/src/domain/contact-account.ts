import {
  countByCause,
  explainCounts,
  explainMissing,
  type ExplainedRange,
} from './missing-causes.js';
import {
  type Accounting,
  type AccountSnapshot,
  type DatagramCounts,
  EMPTY_ACCOUNT,
} from './contact-account-snapshot.js';
import { Claims } from './claims.js';
import {
  AFTER_END,
  isEveryDatagramExplained,
  receivedOfShip,
  withGoodRejected,
} from './datagram-sums.js';
import { NeverSent } from './never-sent.js';
import type { NumbersPart, ShipStatement } from './numbers-part.js';
import { RestartWindows, type SentUpTo } from './restart-windows.js';
import { type SequenceRange, SequenceSet } from './sequence-set.js';

export type { NumbersPart, ShipStatement } from './numbers-part.js';
export type { SentUpTo } from './restart-windows.js';
export type { Accounting, AccountSnapshot, DatagramCounts } from './contact-account-snapshot.js';

/** Eight megabytes for one contact: half a million holes. What would make another one is shed. */
export const GOOD_RANGES_MAX = 524_288;

/**
 * The account of one contact: every datagram taken from the socket is told to it exactly once, and
 * stands in exactly one class. It has no clock and no store.
 */
export class ContactAccount {
  #good: SequenceSet;
  readonly #corrupt: Claims;
  readonly #shed: Claims;
  readonly #restarts: RestartWindows;
  readonly #neverSent: NeverSent;
  readonly #rejected: Map<string, number>;
  #end: number | null;
  readonly #counts: {
    -readonly [K in Exclude<keyof DatagramCounts, 'rejected'>]: DatagramCounts[K];
  };

  private constructor(
    readonly accounting: Accounting,
    snapshot: AccountSnapshot,
    good: SequenceSet,
    private readonly goodRangesMax = GOOD_RANGES_MAX,
  ) {
    const { rejected, corruptClaims, corruptUnnumbered, shedClaims, shedUnnumbered } = snapshot;
    const { received, bytes, duplicates, late, corrupt, control, shed, kernelDropped } = snapshot;
    const kept = accounting === 'sequence' ? good.size : snapshot.good;
    const sums = { received, bytes, good: kept, duplicates, late };
    this.#counts = { ...sums, corrupt, control, shed, kernelDropped };
    this.#good = good;
    this.#rejected = new Map(Object.entries(rejected));
    this.#end = snapshot.end ?? null;
    this.#corrupt = Claims.restore(corruptClaims, corruptUnnumbered);
    this.#shed = Claims.restore(shedClaims, shedUnnumbered);
    this.#restarts = new RestartWindows(snapshot.restarts, snapshot.restartedFrom);
    this.#neverSent = new NeverSent(snapshot.neverSent);
  }

  static open(accounting: Accounting, goodRangesMax = GOOD_RANGES_MAX): ContactAccount {
    return new ContactAccount(accounting, EMPTY_ACCOUNT, new SequenceSet(), goodRangesMax);
  }

  /** `good` are the numbers that the archive holds. */
  static restore(snapshot: AccountSnapshot, good: SequenceSet): ContactAccount {
    return new ContactAccount(snapshot.accounting, snapshot, good);
  }

  get received(): number {
    return this.#counts.received;
  }

  get control(): number {
    return this.#counts.control;
  }

  /** The lowest and the highest good number; null before the first. */
  get seen(): SequenceRange | null {
    const { lowest, highest } = this.#good;
    return lowest === null || highest === null ? null : [lowest, highest];
  }

  /** Without room the datagram must be shed. */
  hasRoomFor(sequence: number): boolean {
    return this.#good.rangeCount < this.goodRangesMax || !this.#good.standsAlone(sequence);
  }

  /** False when the number was taken before: then it counts as a duplicate and must not be stored. */
  takeNumbered(sequence: number, bytes: number): boolean {
    this.#receive(bytes);
    const highest = this.#good.highest;
    if (!this.#good.add(sequence)) {
      this.#counts.duplicates += 1;
      return false;
    }
    this.#counts.good += 1;
    if (highest !== null && sequence < highest) this.#counts.late += 1;
    this.#restarts.arrive(sequence);
    return true;
  }

  /** For datagrams without a number: gives the number of its arrival, from 1. */
  takeUnnumbered(bytes: number): number {
    this.#receive(bytes);
    this.#counts.good += 1;
    return this.#counts.good;
  }

  /** `claimed` is the number that the damaged bytes name, where they name one. */
  corrupt(claimed: number | null, bytes: number): void {
    this.#receive(bytes);
    this.#counts.corrupt += 1;
    this.#corrupt.add(claimed);
  }

  /** Taken from the socket and dropped, since a queue of ours was full. */
  shed(claimed: number | null, bytes: number): void {
    this.#receive(bytes);
    this.#counts.shed += 1;
    this.#shed.add(claimed);
  }

  /** It carries no data and no number of its own. */
  takeControl(bytes: number): void {
    this.#receive(bytes);
    this.#counts.control += 1;
  }

  reject(reason: string, bytes: number): void {
    this.#receive(bytes);
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  /**
   * What was taken as good and is not among the numbers that the archive holds was dropped on the way
   * there, by a disk that lost it: it counts as shed. `taken` are the good ones, if others than known here.
   */
  keepOnly(stored: SequenceSet, taken = this.#counts.good): void {
    const held = this.accounting === 'sequence' ? stored : null;
    const dropped = held ? this.#good.ranges().flatMap(([from, to]) => held.missing(from, to)) : [];
    const count = Math.max(0, taken - stored.size);
    this.#counts.good = stored.size;
    this.#counts.shed += count;
    this.#shed.addAll(dropped);
    this.#shed.unnumbered += count - sizeOf(dropped);
    if (held) this.#good = held;
  }

  /** The kernel's counter went up by so many. They never reached us, so they are not received. */
  dropInKernel(count: number): void {
    this.#counts.kernelDropped += count;
  }

  /** The receiver was away from now on back to the last stored number. */
  restart(): void {
    this.#restarts.begin((this.#good.highest ?? -1) + 1);
  }

  /** The ship began to count anew: no datagram ever had these numbers, so they are not missing. */
  skip(from: number, to: number): void {
    this.#neverSent.add(from, to);
  }

  /**
   * What the ship had sent when the receiver was back. Of numbered datagrams it says where the absence
   * ends. Where datagrams have no numbers, this alone tells how many at most were sent meanwhile.
   */
  awayUntil(told: SentUpTo): void {
    if (this.accounting === 'sequence') return this.#restarts.awayUntil(told);
    if (told.sent === null) return;
    const before = this.#receivedOfShip() + this.#counts.kernelDropped;
    this.#restarts.add(before + sizeOf(this.#restarts.ended()) + 1, told.sent);
  }

  /**
   * The ship itself named its last number. Whatever was taken above it is not the ship's: nobody could know
   * when it came, so the archive has it, and it counts as rejected. Datagrams without numbers are but counted.
   */
  endAt(last: number): void {
    if (this.accounting === 'sequence') this.#end = last;
  }

  counts(): DatagramCounts {
    return withGoodRejected(this.#taken(), AFTER_END, this.#aboveEnd());
  }

  numbers(statement: ShipStatement | null): NumbersPart {
    const { good } = this.counts();
    if (this.accounting === 'totals') return this.#totals(statement?.sent ?? null);
    const window = statement
      ? ([statement.firstSequence, statement.lastSequence] as const)
      : ([this.#good.lowest ?? 1, this.#good.highest ?? 0] as const);
    const missingRanges = this.#explain(...window);
    const missingByCause = countByCause(missingRanges);
    const explained = { good, missingRanges, missingByCause };
    if (!statement) return { expected: null, missing: null, ...explained };
    const missing = Object.values(missingByCause).reduce((sum, count) => sum + count, 0);
    return { expected: this.#expectedOf(statement), missing, ...explained };
  }

  /** Both identities hold, and the ship said what it sent. */
  isClosed(statement: ShipStatement | null): boolean {
    if (!statement || !isEveryDatagramExplained(this.#taken())) return false;
    if (this.accounting === 'totals')
      return statement.sent !== null && this.#receivedOfShip() <= statement.sent;
    const { expected, good, missing } = this.numbers(statement);
    return missing !== null && expected === good + missing;
  }

  /** Nothing more can come that would change the numbers. */
  isComplete(statement: ShipStatement): boolean {
    if (this.accounting === 'totals') return this.#receivedOfShip() >= (statement.sent ?? Infinity);
    const { firstSequence, lastSequence } = statement;
    return this.#good.countWithin(firstSequence, lastSequence) >= this.#expectedOf(statement);
  }

  snapshot(): AccountSnapshot {
    return {
      accounting: this.accounting,
      ...this.#taken(),
      ...(this.#end !== null && { end: this.#end }),
      corruptClaims: this.#corrupt.kept(),
      corruptUnnumbered: this.#corrupt.unnumbered,
      shedClaims: this.#shed.kept(),
      shedUnnumbered: this.#shed.unnumbered,
      ...this.#restarts.snapshot(),
      ...this.#neverSent.snapshot(),
    };
  }

  /** As they were taken, before anybody knew of an end. */
  #taken(): DatagramCounts {
    return { ...this.#counts, rejected: Object.fromEntries(this.#rejected) };
  }

  #aboveEnd(): number {
    return this.#end === null ? 0 : this.#good.size - this.#good.countWithin(0, this.#end);
  }

  #receive(bytes: number): void {
    this.#counts.received += 1;
    this.#counts.bytes += bytes;
  }

  #totals(sent: number | null): NumbersPart {
    const { good, shed, kernelDropped: kernel } = this.#counts;
    const missing = sent === null ? null : Math.max(0, sent - good);
    // A text that cannot be read is what a damaged one looks like.
    const corrupt = Math.max(0, this.#receivedOfShip() - good - shed);
    const restart = sizeOf(this.#restarts.ended());
    const missingByCause = explainCounts(missing ?? 0, { corrupt, shed, kernel, restart });
    return { expected: sent, good, missing, missingRanges: [], missingByCause };
  }

  #receivedOfShip(): number {
    return receivedOfShip(this.#taken());
  }

  #explain(first: number, last: number): ExplainedRange[] {
    return explainMissing(this.#neverSent.with(this.#good).missing(first, last), {
      corrupt: this.#corrupt.numbers,
      shed: this.#shed.numbers,
      restart: this.#restarts.upTo(last),
      corruptUnplaced: this.#corrupt.unplacedIn(first, last),
      shedUnplaced: this.#shed.unplacedIn(first, last),
      kernel: this.#counts.kernelDropped,
    });
  }

  #expectedOf({ firstSequence: first, lastSequence: last }: ShipStatement): number {
    const neverSent = this.#neverSent.countWithout(this.#good, first, last);
    return Math.max(0, last - first + 1 - neverSent);
  }
}

const sizeOf = (ranges: readonly SequenceRange[]): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);

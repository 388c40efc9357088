import { explainMissing, type ExplainedRange } from './missing-causes.js';
import { type SequenceRange, SequenceSet } from './sequence-set.js';

/** `totals` where datagrams carry no number: only sums can be compared. */
export type Accounting = 'sequence' | 'totals';

/** What the ship says it sent. A ship that sent nothing states a last number below the first. */
export interface ShipStatement {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Null where only the closing packet told of the end. */
  readonly sent: number | null;
}

export interface DatagramCounts {
  readonly received: number;
  readonly bytes: number;
  readonly good: number;
  readonly duplicates: number;
  readonly late: number;
  readonly corrupt: number;
  readonly control: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly shed: number;
  readonly kernelDropped: number;
}

export interface NumbersPart {
  readonly expected: number | null;
  readonly good: number;
  readonly missing: number | null;
  readonly missingRanges: readonly ExplainedRange[];
}

/** All of an account but the good numbers, which the archive holds anyway. */
export interface AccountSnapshot extends DatagramCounts {
  readonly accounting: Accounting;
  readonly corruptClaims: readonly SequenceRange[];
  readonly corruptUnnumbered: number;
  readonly shedClaims: readonly SequenceRange[];
  readonly shedUnnumbered: number;
  readonly restarts: readonly SequenceRange[];
  readonly restartedFrom: number | null;
}

/** Claims come from damaged bytes: random ones must not fill the memory. The rest is just counted. */
export const CLAIMED_RANGES_MAX = 4_096;

/** The numbers of datagrams that came but were not kept. */
class Claims {
  constructor(
    readonly numbers = new SequenceSet(),
    public unnumbered = 0,
  ) {}

  add(number: number | null): void {
    if (number === null || this.numbers.rangeCount >= CLAIMED_RANGES_MAX) this.unnumbered += 1;
    else this.numbers.add(number);
  }
}

/**
 * The account of one contact: every datagram taken from the socket is told to it exactly once, and
 * stands in exactly one class. It has no clock and no store.
 */
export class ContactAccount {
  readonly #good: SequenceSet;
  readonly #corrupt: Claims;
  readonly #shed: Claims;
  readonly #restarts: SequenceRange[];
  readonly #rejected: Map<string, number>;
  readonly #counts: {
    -readonly [K in Exclude<keyof DatagramCounts, 'rejected'>]: DatagramCounts[K];
  };
  #restartedFrom: number | null;

  private constructor(
    readonly accounting: Accounting,
    snapshot: AccountSnapshot,
    good: SequenceSet,
  ) {
    const { rejected, corruptClaims, corruptUnnumbered, shedClaims, shedUnnumbered } = snapshot;
    const { received, bytes, duplicates, late, corrupt, control, shed, kernelDropped } = snapshot;
    const kept = accounting === 'sequence' ? good.size : snapshot.good;
    const sums = { received, bytes, good: kept, duplicates, late };
    this.#counts = { ...sums, corrupt, control, shed, kernelDropped };
    this.#good = good;
    this.#rejected = new Map(Object.entries(rejected));
    this.#corrupt = new Claims(SequenceSet.of(corruptClaims), corruptUnnumbered);
    this.#shed = new Claims(SequenceSet.of(shedClaims), shedUnnumbered);
    this.#restarts = [...snapshot.restarts];
    this.#restartedFrom = snapshot.restartedFrom;
  }

  static open(accounting: Accounting): ContactAccount {
    return new ContactAccount(accounting, EMPTY, new SequenceSet());
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
    this.#endRestart(sequence);
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

  /** The kernel's counter went up by so many. They never reached us, so they are not received. */
  dropInKernel(count: number): void {
    this.#counts.kernelDropped += count;
  }

  /** The receiver was away from now on back to the last stored number. */
  restart(): void {
    this.#restartedFrom ??= (this.#good.highest ?? -1) + 1;
  }

  counts(): DatagramCounts {
    return { ...this.#counts, rejected: Object.fromEntries(this.#rejected) };
  }

  numbers(statement: ShipStatement | null): NumbersPart {
    const { good } = this.#counts;
    if (this.accounting === 'totals') return this.#totals(statement?.sent ?? null);
    const window = statement
      ? ([statement.firstSequence, statement.lastSequence] as const)
      : ([this.#good.lowest ?? 1, this.#good.highest ?? 0] as const);
    const missingRanges = this.#explain(...window);
    if (!statement) return { expected: null, good, missing: null, missingRanges };
    const missing = missingRanges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    return { expected: expectedOf(statement), good, missing, missingRanges };
  }

  /** Both identities hold, and the ship said what it sent. */
  isClosed(statement: ShipStatement | null): boolean {
    if (!statement || !this.#isEveryDatagramExplained()) return false;
    if (this.accounting === 'totals') return statement.sent !== null;
    const { expected, good, missing } = this.numbers(statement);
    return missing !== null && expected === good + missing;
  }

  /** Nothing more can come that would change the numbers. */
  isComplete(statement: ShipStatement): boolean {
    if (this.accounting === 'totals') return this.received >= (statement.sent ?? Infinity);
    const { firstSequence, lastSequence } = statement;
    return this.#good.countWithin(firstSequence, lastSequence) >= expectedOf(statement);
  }

  snapshot(): AccountSnapshot {
    return {
      accounting: this.accounting,
      ...this.counts(),
      corruptClaims: this.#corrupt.numbers.ranges(),
      corruptUnnumbered: this.#corrupt.unnumbered,
      shedClaims: this.#shed.numbers.ranges(),
      shedUnnumbered: this.#shed.unnumbered,
      restarts: [...this.#restarts],
      restartedFrom: this.#restartedFrom,
    };
  }

  #receive(bytes: number): void {
    this.#counts.received += 1;
    this.#counts.bytes += bytes;
  }

  #endRestart(sequence: number): void {
    if (this.#restartedFrom === null || sequence < this.#restartedFrom) return;
    if (sequence > this.#restartedFrom) this.#restarts.push([this.#restartedFrom, sequence - 1]);
    this.#restartedFrom = null;
  }

  #totals(sent: number | null): NumbersPart {
    const { good, received } = this.#counts;
    const missing = sent === null ? null : Math.max(0, sent - received);
    return { expected: sent, good, missing, missingRanges: [] };
  }

  #explain(first: number, last: number): ExplainedRange[] {
    const open = this.#restartedFrom;
    const restarts = SequenceSet.of(this.#restarts);
    return explainMissing(this.#good.missing(first, last), {
      corrupt: this.#corrupt.numbers,
      shed: this.#shed.numbers,
      restart:
        open === null || open > last
          ? restarts
          : SequenceSet.of([...this.#restarts, [open, Math.max(open, last)]]),
      corruptUnplaced: this.#corrupt.unnumbered + outside(this.#corrupt.numbers, first, last),
      shedUnplaced: this.#shed.unnumbered + outside(this.#shed.numbers, first, last),
      kernel: this.#counts.kernelDropped,
    });
  }

  #isEveryDatagramExplained(): boolean {
    const { received, good, duplicates, corrupt, control, shed } = this.#counts;
    const rejected = [...this.#rejected.values()].reduce((sum, count) => sum + count, 0);
    return received === good + duplicates + corrupt + control + shed + rejected;
  }
}

const outside = (numbers: SequenceSet, first: number, last: number): number =>
  numbers.size - numbers.countWithin(first, last);

const expectedOf = ({ firstSequence, lastSequence }: ShipStatement): number =>
  Math.max(0, lastSequence - firstSequence + 1);

const EMPTY: AccountSnapshot = {
  accounting: 'sequence',
  received: 0,
  bytes: 0,
  good: 0,
  duplicates: 0,
  late: 0,
  corrupt: 0,
  control: 0,
  rejected: {},
  shed: 0,
  kernelDropped: 0,
  corruptClaims: [],
  corruptUnnumbered: 0,
  shedClaims: [],
  shedUnnumbered: 0,
  restarts: [],
  restartedFrom: null,
};

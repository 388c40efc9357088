import { type SequenceRange, SequenceSet } from './sequence-set.js';

/** What a ship says it had sent by the time it was asked; null where it does not say. */
export interface SentUpTo {
  readonly firstSequence: number;
  readonly lastSequence: number | null;
  /** Without what the ship still holds back, so it may stay behind the numbers. */
  readonly sent: number | null;
}

/**
 * The numbers that were sent while the receiver was away, a window for each time: from the one behind the
 * highest that it had to the last that the ship had sent when the receiver listened again. Where the ship
 * does not say, the first number that comes back ends the window. That is exact only where datagrams do not
 * overtake each other: what comes first may have been under way for long, or be early.
 */
export class RestartWindows {
  readonly #ranges: SequenceRange[];
  /** Of the window that nothing has ended yet. */
  #openFrom: number | null;
  /** Of the last window, until the ship says where it ends. Null before a restart in this process. */
  #awayFrom: number | null = null;
  /** The last window as the first number that came back ends it: the ship may know better. */
  #byArrival: SequenceRange | null = null;

  constructor(ranges: readonly SequenceRange[] = [], openFrom: number | null = null) {
    this.#ranges = [...ranges];
    this.#openFrom = openFrom;
  }

  /** The receiver is back; `from` is the first number that it cannot have seen. */
  begin(from: number): void {
    if (this.#byArrival) this.#ranges.push(this.#byArrival);
    this.#byArrival = null;
    this.#openFrom ??= from;
    this.#awayFrom = this.#openFrom;
  }

  /** A good number that was not there before. */
  arrive(sequence: number): void {
    if (this.#openFrom === null || sequence < this.#openFrom) return;
    if (sequence > this.#openFrom) this.#byArrival = [this.#openFrom, sequence - 1];
    this.#openFrom = null;
  }

  /** May be told before or after the first numbers come back: the windows are the same. */
  awayUntil({ firstSequence, lastSequence, sent }: SentUpTo): void {
    const from = this.#awayFrom;
    this.#awayFrom = null;
    // A ship that names less than what we have from it does not know.
    if (from === null || (lastSequence !== null && lastSequence < from - 1)) return;
    if (lastSequence !== null) {
      this.#openFrom = null;
      this.#byArrival = null;
      this.add(from, lastSequence);
    } else if (sent !== null) this.add(from, firstSequence + sent - 1);
  }

  add(from: number, to: number): void {
    if (from <= to) this.#ranges.push([from, to]);
  }

  /** Sorted and disjoint, though windows may overlap: what was under way may come after a second kill. */
  ended(): SequenceRange[] {
    const last = this.#byArrival === null ? [] : [this.#byArrival];
    return SequenceSet.union([...this.#ranges, ...last]).ranges();
  }

  /** With the open one, which lasts up to `last`. */
  upTo(last: number): SequenceSet {
    const open = this.#openFrom;
    const rest: readonly SequenceRange[] = open === null || open > last ? [] : [[open, last]];
    return SequenceSet.union([...this.ended(), ...rest]);
  }

  snapshot(): {
    readonly restarts: readonly SequenceRange[];
    readonly restartedFrom: number | null;
  } {
    return { restarts: this.ended(), restartedFrom: this.#openFrom };
  }
}

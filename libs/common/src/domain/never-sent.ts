import { type SequenceRange, SequenceSet } from './sequence-set.js';

/** A ship that counts anew all the time must not fill the memory. What is skipped beyond counts as missing. */
export const NEVER_SENT_RANGES_MAX = 4_096;

/** Numbers that no datagram ever had, since the ship began to count anew behind them. */
export class NeverSent {
  readonly #ranges: SequenceRange[];

  constructor(ranges: readonly SequenceRange[] = []) {
    this.#ranges = [...ranges];
  }

  add(from: number, to: number): void {
    if (from > to || this.#ranges.length >= NEVER_SENT_RANGES_MAX) return;
    this.#ranges.push([from, to]);
  }

  /** What cannot be missing: it is good, or nobody sent it. */
  with(good: SequenceSet): SequenceSet {
    return this.#ranges.length === 0
      ? good
      : SequenceSet.union([...good.ranges(), ...this.#ranges]);
  }

  /** How many from `first` to `last`, but for those that are good: one was sent after all. */
  countWithout(good: SequenceSet, first: number, last: number): number {
    return this.with(good).countWithin(first, last) - good.countWithin(first, last);
  }

  snapshot(): { readonly neverSent?: readonly SequenceRange[] } {
    return this.#ranges.length === 0 ? {} : { neverSent: [...this.#ranges] };
  }
}

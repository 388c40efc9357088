import { type SequenceRange, SequenceSet } from './sequence-set.js';

/**
 * Claims come from damaged bytes: random ones must not fill the memory. They go with each batch, where so
 * many take a third of a megabyte. The rest is just counted.
 */
export const CLAIMED_RANGES_MAX = 65_536;
/** More are kept in a third of the characters. */
const PLAIN_RANGES_MAX = 64;

/**
 * Ranges, or steps where there are many: for each range the numbers between the one before and it (before
 * the first those from 0 on), then its numbers less 1.
 */
export type KeptClaims = readonly SequenceRange[] | readonly number[];

/** The numbers of datagrams that came but were not kept. */
export class Claims {
  private constructor(
    readonly numbers: SequenceSet,
    public unnumbered: number,
  ) {}

  static restore(kept: KeptClaims, unnumbered: number): Claims {
    return new Claims(SequenceSet.of(isSteps(kept) ? rangesOf(kept) : kept), unnumbered);
  }

  add(number: number | null): void {
    if (number === null || !this.#hasRoomFor(number)) this.unnumbered += 1;
    else this.numbers.add(number);
  }

  addAll(ranges: readonly SequenceRange[]): void {
    for (const [from, to] of ranges)
      for (let number = from; number <= to; number += 1) this.add(number);
  }

  /** Those that say nothing of any number from `first` to `last`. */
  unplacedIn(first: number, last: number): number {
    return this.unnumbered + this.numbers.size - this.numbers.countWithin(first, last);
  }

  kept(): KeptClaims {
    const ranges = this.numbers.ranges();
    return ranges.length > PLAIN_RANGES_MAX ? stepsOf(ranges) : ranges;
  }

  #hasRoomFor(number: number): boolean {
    return this.numbers.rangeCount < CLAIMED_RANGES_MAX || !this.numbers.standsAlone(number);
  }
}

const isSteps = (kept: KeptClaims): kept is readonly number[] => typeof kept[0] === 'number';

function stepsOf(ranges: readonly SequenceRange[]): number[] {
  const steps: number[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    steps.push(from - next, to - from);
    next = to + 1;
  }
  return steps;
}

function rangesOf(steps: readonly number[]): SequenceRange[] {
  const ranges: SequenceRange[] = [];
  let next = 0;
  for (let at = 0; at + 1 < steps.length; at += 2) {
    const from = next + steps[at]!;
    const to = from + steps[at + 1]!;
    ranges.push([from, to]);
    next = to + 1;
  }
  return ranges;
}

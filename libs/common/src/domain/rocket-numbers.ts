/**
 * Which message numbers of a channel were taken: all up to the low-water mark, and ranges above it.
 * Dense input costs nothing, whatever the count; each open gap costs two numbers.
 */
export interface TakenNumbers {
  /** Every number from 1 to this one is taken. */
  readonly lowWater: number;
  /** `from, to, from, to …`, both inclusive, ascending, with at least one number between two ranges. */
  readonly ranges: readonly number[];
  readonly count: number;
}

export const NO_NUMBERS: TakenNumbers = { lowWater: 0, ranges: [], count: 0 };

/** With the number taken, or null when it already was. Numbers are integers from 1. */
export function takeNumber(taken: TakenNumbers, number: number): TakenNumbers | null {
  const { lowWater, ranges, count } = taken;
  if (number <= lowWater) return null;
  if (number === lowWater + 1 && ranges.length === 0)
    return { lowWater: number, ranges, count: count + 1 };
  const at = firstRangeEndingFrom(ranges, number - 1);
  const from = ranges[at] ?? Number.POSITIVE_INFINITY;
  const to = ranges[at + 1] ?? Number.POSITIVE_INFINITY;
  if (from <= number && number <= to) return null;
  return { ...joined(taken, number, at), count: count + 1 };
}

/** Puts a new number between its neighbours; `at` is the first range that touches or follows it. */
function joined(
  { lowWater, ranges }: TakenNumbers,
  number: number,
  at: number,
): Pick<TakenNumbers, 'lowWater' | 'ranges'> {
  const growsRange = ranges[at + 1] === number - 1;
  const follower = growsRange ? at + 2 : at;
  const swallowsFollower = ranges[follower] === number + 1;
  const end = swallowsFollower ? follower + 2 : follower;
  const to = swallowsFollower ? (ranges[follower + 1] ?? number) : number;

  if (number === lowWater + 1) return { lowWater: to, ranges: ranges.slice(end) };
  const from = growsRange ? (ranges[at] ?? number) : number;
  return { lowWater, ranges: ranges.toSpliced(at, end - at, from, to) };
}

/** Index of the first range whose end is not below `number`; the length when there is none. */
function firstRangeEndingFrom(ranges: readonly number[], number: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[2 * middle + 1] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

export const highestNumber = ({ lowWater, ranges }: TakenNumbers): number =>
  ranges.at(-1) ?? lowWater;

/** How many numbers below the highest have not come yet. */
export const missingCount = (taken: TakenNumbers): number => highestNumber(taken) - taken.count;

/** Stretches of missing numbers; each stands before a range. */
export const gapCount = ({ ranges }: TakenNumbers): number => ranges.length / 2;

/** The taken numbers above one, ascending. */
export function* numbersAfter(
  { lowWater, ranges }: TakenNumbers,
  after: number,
): Generator<number> {
  for (let number = after + 1; number <= lowWater; number += 1) yield number;
  for (let at = firstRangeEndingFrom(ranges, after + 1); at < ranges.length; at += 2) {
    const [from = 0, to = 0] = [ranges[at], ranges[at + 1]];
    for (let number = Math.max(from, after + 1); number <= to; number += 1) yield number;
  }
}

/** The taken numbers below one, descending. */
export function* numbersBefore(
  { lowWater, ranges }: TakenNumbers,
  before: number,
): Generator<number> {
  const last = Math.min(firstRangeEndingFrom(ranges, before), ranges.length - 2);
  for (let at = last; at >= 0; at -= 2) {
    const [from = 0, to = 0] = [ranges[at], ranges[at + 1]];
    for (let number = Math.min(to, before - 1); number >= from; number -= 1) yield number;
  }
  for (let number = Math.min(lowWater, before - 1); number >= 1; number -= 1) yield number;
}

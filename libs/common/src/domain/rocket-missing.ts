import { highestNumber, type TakenNumbers } from './rocket-numbers.js';

/** Both inclusive. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** Of the taken numbers those up to `upTo`. */
export function takenUpTo(taken: TakenNumbers, upTo: number): TakenNumbers {
  if (upTo >= highestNumber(taken)) return taken;
  const lowWater = Math.min(taken.lowWater, upTo);
  const ranges: number[] = [];
  let count = lowWater;
  for (let at = 0; at < taken.ranges.length; at += 2) {
    const [from = 0, end = 0] = [taken.ranges[at], taken.ranges[at + 1]];
    if (from > upTo) break;
    const to = Math.min(end, upTo);
    ranges.push(from, to);
    count += to - from + 1;
  }
  return { lowWater, ranges, count };
}

/** How many numbers up to `upTo` have not come, though a higher one has, which may lie above `upTo`. */
export const missingUpTo = (taken: TakenNumbers, upTo: number): number =>
  Math.min(upTo, highestNumber(taken)) - takenUpTo(taken, upTo).count;

/** Those numbers as ranges, the lowest first, at most `rangesMax` of them. */
export function missingRanges(
  { lowWater, ranges }: TakenNumbers,
  upTo: number,
  rangesMax: number,
): NumberRange[] {
  const missing: NumberRange[] = [];
  let from = lowWater + 1;
  for (let at = 0; at < ranges.length; at += 2) {
    if (from > upTo || missing.length >= rangesMax) break;
    const [next = 0, end = 0] = [ranges[at], ranges[at + 1]];
    missing.push({ from, to: Math.min(next - 1, upTo) });
    from = end + 1;
  }
  return missing;
}

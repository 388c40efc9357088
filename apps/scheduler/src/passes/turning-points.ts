/**
 * The first whole number from which on `isReached` holds, between one where it does not hold and a later
 * one where it does.
 */
export function firstReached(
  before: number,
  reached: number,
  isReached: (at: number) => boolean,
): number {
  let [low, high] = [before, reached];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isReached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The whole number between two, both included, at which the value is highest; it has one summit there. */
export function highestBetween(
  first: number,
  last: number,
  valueAt: (at: number) => number,
): number {
  let [low, high] = [first, last];
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let [atLeft, atRight] = [valueAt(left), valueAt(right)];
  while (high - low > 1) {
    if (atLeft >= atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = valueAt(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = valueAt(right);
    }
  }
  // Of the whole numbers around, and the ends: the summit may be one of them.
  const around = [Math.floor(low), Math.floor(low) + 1, Math.floor(low) + 2];
  const candidates = [first, ...around.filter((at) => at > first && at < last), last];
  return candidates.reduce((best, at) => (valueAt(at) > valueAt(best) ? at : best));
}

import type { Instant } from './instant.js';
import type { RocketArrival } from './rocket-message.js';

/**
 * Numbers that were missing since an instant: a higher one had come, they had not. Open: a whole stretch
 * between two taken numbers. Closed: one number, which came late; so each tells how long it was missing.
 */
export interface RocketGap {
  readonly from: number;
  readonly to: number;
  readonly missingSince: Instant;
  /** When the number came; null while the gap is open. */
  readonly closedAt: Instant | null;
}

/** How far the numbers were walked down. */
export interface GapPosition {
  /** The walk goes on below this number. */
  readonly before: number;
  /** When the first of the numbers from there upwards came; null: there is none. */
  readonly since: Instant | null;
}

export interface GapStep {
  readonly gap: RocketGap;
  /** After this gap. */
  readonly position: GapPosition;
}

type NumberedArrival = Pick<RocketArrival, 'number' | 'receivedAt'>;

/**
 * The gaps among the arrivals, the highest first. The walk can be cut anywhere and go on elsewhere
 * with its position.
 * @param arrivals all that were taken below `position.before`, descending by number, or their beginning
 * @returns the position after the last arrival
 */
export function* walkGaps(
  arrivals: Iterable<NumberedArrival>,
  position: GapPosition,
): Generator<GapStep, GapPosition> {
  let at = position;
  for (const { number, receivedAt } of arrivals) {
    if (at.since !== null) yield* openGap(number, at.before, at.since);
    const isLate = at.since !== null && at.since < receivedAt;
    const missingSince = at.since ?? receivedAt;
    at = { before: number, since: Math.min(missingSince, receivedAt) };
    if (isLate)
      yield { gap: { from: number, to: number, missingSince, closedAt: receivedAt }, position: at };
  }
  return at;
}

/** What is open below the last arrival of all. @param lowWater every number up to it is taken */
export function* lastGap({ before, since }: GapPosition, lowWater: number): Generator<GapStep> {
  if (since !== null) yield* openGap(lowWater, before, since);
}

/** Between two taken numbers, if there is anything. */
function* openGap(below: number, above: number, missingSince: Instant): Generator<GapStep> {
  const [from, to] = [below + 1, above - 1];
  if (from > to) return;
  const position = { before: from, since: missingSince };
  yield { gap: { from, to, missingSince, closedAt: null }, position };
}

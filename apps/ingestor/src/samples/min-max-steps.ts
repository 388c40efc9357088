import { type Instant, MICROS_PER_MILLISECOND, MICROS_PER_SECOND } from '#common/domain';
import { LEVEL_STEPS } from '../archive/level-steps.js';

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400].map((seconds) => seconds * MICROS_PER_SECOND);

/**
 * Lengths of the stretches of a plot, in microseconds: such as people count in, and from a minute on such as
 * levels make up exactly.
 */
export const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * MICROS_PER_MILLISECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MICROS_PER_SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE!),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR!),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000].map((days) => days * DAY!),
];

/** How time is cut: stretches of `step` microseconds, one of which begins at `origin`. */
export interface Grid {
  readonly origin: Instant;
  readonly step: number;
}

/** The finest one that cuts the range, which is not empty, into at most `size` stretches. */
export function gridOf(start: Instant, end: Instant, size: number): Grid {
  const step = STEPS.find((length) => stretches(start, end, length) <= size);
  // Even the longest ones have a border somewhere, and it may lie within the range.
  return step === undefined ? { origin: start, step: end - start } : { origin: 0, step };
}

const stretches = (start: Instant, end: Instant, step: number): number =>
  Math.floor((end - 1) / step) - Math.floor(start / step) + 1;

/** Where the stretch begins that the instant lies in. */
export const stretchAt = ({ origin, step }: Grid, instant: Instant): Instant =>
  origin + Math.floor((instant - origin) / step) * step;

/** The levels that no border of the grid cuts, the longest first. */
export const levelStepsOf = ({ origin, step }: Grid): readonly number[] => {
  // Any other grid is a single stretch: it has no border that could cut one.
  const isSingle = origin !== 0 || !STEPS.includes(step);
  return LEVEL_STEPS.filter((level) => isSingle || step % level === 0).toReversed();
};

import type { Instant } from '#common/domain';
import type { Level } from './telemetry-archive.port.js';

/** One level over the stretch that begins at `start`, of those of its parts, at least one. */
export function mergedLevel(start: Instant, parts: readonly Level[]): Level {
  const lowest = parts.reduce((a, b) => (isLower(b, a) ? b : a));
  const highest = parts.reduce((a, b) => (isHigher(b, a) ? b : a));
  return {
    start,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    min: lowest.min,
    minAt: lowest.minAt,
    max: highest.max,
    maxAt: highest.maxAt,
  };
}

const isLower = (a: Level, b: Level): boolean =>
  a.min < b.min || (a.min === b.min && a.minAt < b.minAt);

const isHigher = (a: Level, b: Level): boolean =>
  a.max > b.max || (a.max === b.max && a.maxAt < b.maxAt);

import type { Instant } from '#common/domain';

/** Half-open: the end is outside, so that one may begin when the other ends. */
export interface TimeWindow {
  readonly start: Instant;
  readonly end: Instant;
}

/** Without an end: nothing comes after it. */
export interface FreeWindow {
  readonly start: Instant;
  readonly end: Instant | null;
}

export interface FreeWindowSearch {
  /** Nothing before it is of interest. */
  readonly from: Instant;
  /** In microseconds; what is shorter is of no use. */
  readonly lengthMin: number;
  readonly countMax: number;
  /** What begins after it has not been looked at; null when all has. */
  readonly knownUntil: Instant | null;
}

export const doOverlap = (one: TimeWindow, other: TimeWindow): boolean =>
  one.start < other.end && other.start < one.end;

/** What is left between the occupied ones, which come in any order and may overlap. */
export function freeWindows(
  occupied: readonly TimeWindow[],
  { from, lengthMin, countMax, knownUntil }: FreeWindowSearch,
): FreeWindow[] {
  const free: FreeWindow[] = [];
  let start = from;
  for (const taken of inTurn(occupied)) {
    if (free.length === countMax || (knownUntil !== null && taken.start > knownUntil)) break;
    if (taken.start - start >= lengthMin) free.push({ start, end: taken.start });
    start = Math.max(start, taken.end);
  }
  if (knownUntil === null && free.length < countMax) free.push({ start, end: null });
  return free;
}

/**
 * For each window that begins inside of another one of the list: it, and the one before it that
 * reaches farthest, as indices into the list. None exactly when no two of them overlap.
 */
export function overlapsWithin(windows: readonly TimeWindow[]): [later: number, earlier: number][] {
  const found: [number, number][] = [];
  let farthest: number | null = null;
  for (const index of [...windows.keys()].toSorted(byStart(windows))) {
    if (farthest !== null && windows[index]!.start < windows[farthest]!.end)
      found.push([index, farthest]);
    if (farthest === null || windows[index]!.end > windows[farthest]!.end) farthest = index;
  }
  return found;
}

const inTurn = (windows: readonly TimeWindow[]): TimeWindow[] =>
  windows.toSorted((one, other) => one.start - other.start);

const byStart =
  (windows: readonly TimeWindow[]) =>
  (one: number, other: number): number =>
    windows[one]!.start - windows[other]!.start;

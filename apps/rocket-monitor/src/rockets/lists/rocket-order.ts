import {
  highestNumber,
  missingCount,
  newTrack,
  NO_MESSAGE,
  type RocketTrack,
  speedValue,
  statusOf,
} from '#common/domain';

/** Texts are ordered by their beginning, in UTF-16 units: with one of each kind a cursor fits into an address. */
const TEXT_UNITS_MAX = 100;

/** What a rocket is ordered by: one or more texts or numbers. */
export type SortKey = readonly (string | number)[];

/** Every field of a rocket that is a single value and not the same for all. */
const SORT_KEYS = {
  channel: ({ channel }: RocketTrack): SortKey => [channel],
  status: ({ rocket }: RocketTrack): SortKey => [statusOf(rocket)],
  type: ({ rocket }: RocketTrack): SortKey => [beginningOf(rocket.model)],
  speed: ({ rocket }: RocketTrack): SortKey => [speedValue(rocket.speed)],
  mission: ({ rocket }: RocketTrack): SortKey => [beginningOf(rocket.mission)],
  exploded_reason: ({ rocket }: RocketTrack): SortKey => [beginningOf(rocket.explodedReason)],
  latest_mission_msg: ({ rocket }: RocketTrack): SortKey => [rocket.missionNumber],
  latest_exploded_msg: ({ rocket }: RocketTrack): SortKey => [rocket.explodedNumber],
  latest_update: ({ rocket }: RocketTrack): SortKey =>
    rocket.latest === null
      ? [Number.MIN_SAFE_INTEGER, NO_MESSAGE]
      : [rocket.latest.instant, rocket.latest.nanoseconds],
  applied_through: ({ taken }: RocketTrack): SortKey => [taken.lowWater],
  highest: ({ taken }: RocketTrack): SortKey => [highestNumber(taken)],
  missing: ({ taken }: RocketTrack): SortKey => [missingCount(taken)],
  complete: ({ taken }: RocketTrack): SortKey => [missingCount(taken) === 0 ? 1 : 0],
  messages_taken: ({ taken }: RocketTrack): SortKey => [taken.count],
  duplicates: ({ duplicateCount }: RocketTrack): SortKey => [duplicateCount],
  conflicts: ({ conflictCount }: RocketTrack): SortKey => [conflictCount],
  rejected: ({ rejectedCount }: RocketTrack): SortKey => [rejectedCount],
};

export type RocketSort = keyof typeof SORT_KEYS;
export const ROCKET_SORTS = Object.keys(SORT_KEYS) as readonly RocketSort[];

export const SORT_ORDERS = ['asc', 'desc'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** Where a rocket stands in a list. */
export interface RocketPlace {
  readonly key: SortKey;
  readonly channel: string;
}

export interface PlacedRocket extends RocketPlace {
  readonly track: RocketTrack;
}

export const placeOf = (track: RocketTrack, sort: RocketSort): PlacedRocket => ({
  key: SORT_KEYS[sort](track),
  channel: track.channel,
  track,
});

/** Whether a key from outside can be one of this sort. */
export function isKeyOf(sort: RocketSort, key: readonly unknown[]): key is SortKey {
  const sample = SORT_KEYS[sort](newTrack(''));
  return key.length === sample.length && sample.every((part, at) => typeof part === typeof key[at]);
}

/** By value; the same values by channel, which ascends in either order. Texts by UTF-16 units. */
export function comparePlaces(order: SortOrder): (a: RocketPlace, b: RocketPlace) => number {
  const direction = order === 'asc' ? 1 : -1;
  return (a, b) => direction * compareKeys(a.key, b.key) || compareValues(a.channel, b.channel);
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = compareValues(a[at] ?? 0, b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const compareValues = (a: string | number, b: string | number): number =>
  a < b ? -1 : Number(a > b);

/** The first ones of many, in order: cheaper than to sort them all for each page. */
export function firstInOrder<T>(
  items: Iterable<T>,
  count: number,
  compare: (a: T, b: T) => number,
): T[] {
  const first: T[] = [];
  for (const item of items) {
    const last = first.at(-1);
    if (first.length >= count && last !== undefined && compare(item, last) >= 0) continue;
    first.splice(indexIn(first, item, compare), 0, item);
    if (first.length > count) first.pop();
  }
  return first;
}

function indexIn<T>(sorted: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle] as T, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const beginningOf = (text: string): string => text.slice(0, TEXT_UNITS_MAX);

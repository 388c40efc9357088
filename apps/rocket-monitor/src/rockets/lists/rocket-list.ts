import { missingCount, type RocketStatus, type RocketTrack, statusOf } from '#common/domain';
import {
  comparePlaces,
  firstInOrder,
  type PlacedRocket,
  placeOf,
  type RocketPlace,
  type RocketSort,
  type SortOrder,
} from './rocket-order.js';

/** Each filter that is given must hold; of several values, one. */
export interface RocketFilter {
  readonly channel?: readonly string[] | undefined;
  readonly status?: readonly RocketStatus[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly mission?: readonly string[] | undefined;
  readonly complete?: boolean | undefined;
}

export interface RocketListQuery {
  readonly sort: RocketSort;
  readonly order: SortOrder;
  readonly filter: RocketFilter;
  /** Only those behind it, wherever the rocket that stood there is now. */
  readonly after: RocketPlace | null;
  readonly limit: number;
}

export function listRockets(
  tracks: Iterable<RocketTrack>,
  { sort, order, filter, after, limit }: RocketListQuery,
): PlacedRocket[] {
  const compare = comparePlaces(order);
  return firstInOrder(placed(), limit, compare);

  function* placed(): Generator<PlacedRocket> {
    for (const track of tracks) {
      if (!passes(track, filter)) continue;
      const rocket = placeOf(track, sort);
      if (after === null || compare(rocket, after) > 0) yield rocket;
    }
  }
}

const passes = (track: RocketTrack, filter: RocketFilter): boolean =>
  isOneOf(track.channel, filter.channel) &&
  isOneOf(statusOf(track.rocket), filter.status) &&
  isOneOf(track.rocket.model, filter.type) &&
  isOneOf(track.rocket.mission, filter.mission) &&
  (filter.complete === undefined || filter.complete === (missingCount(track.taken) === 0));

const isOneOf = <T>(value: T, allowed: readonly T[] | undefined): boolean =>
  allowed === undefined || allowed.includes(value);

import { missingCount, type RocketTrack, statusOf } from '#common/domain';

/** Types and missions that are told one by one, those of most rockets; senders may name any number. */
export const SUMMARY_GROUPS_MAX = 100;

export interface RocketGroup {
  readonly name: string;
  readonly count: number;
}

export interface RocketGroups {
  /** The largest first, then by name in UTF-16 units. */
  readonly groups: readonly RocketGroup[];
  /** Rockets in further groups. */
  readonly otherCount: number;
}

/** All rockets together. Sums of numbers are exact up to 2^53. */
export interface FleetSummary {
  readonly rocketCount: number;
  readonly completeCount: number;
  readonly messageCount: number;
  readonly missingCount: number;
  readonly duplicateCount: number;
  readonly conflictCount: number;
  readonly rejectedCount: number;
  readonly byStatus: RocketGroups;
  readonly byType: RocketGroups;
  readonly byMission: RocketGroups;
}

export function summaryOf(tracks: readonly RocketTrack[]): FleetSummary {
  const sum = (countOf: (track: RocketTrack) => number): number =>
    tracks.reduce((total, track) => total + countOf(track), 0);
  return {
    rocketCount: tracks.length,
    completeCount: sum(({ taken }) => Number(missingCount(taken) === 0)),
    messageCount: sum(({ taken }) => taken.count),
    missingCount: sum(({ taken }) => missingCount(taken)),
    duplicateCount: sum(({ duplicateCount }) => duplicateCount),
    conflictCount: sum(({ conflictCount }) => conflictCount),
    rejectedCount: sum(({ rejectedCount }) => rejectedCount),
    byStatus: groupsOf(tracks, ({ rocket }) => statusOf(rocket)),
    byType: groupsOf(tracks, ({ rocket }) => rocket.model),
    byMission: groupsOf(tracks, ({ rocket }) => rocket.mission),
  };
}

function groupsOf(
  tracks: readonly RocketTrack[],
  nameOf: (track: RocketTrack) => string,
): RocketGroups {
  // A map: a rocket's type may be `__proto__`.
  const counts = new Map<string, number>();
  for (const track of tracks) counts.set(nameOf(track), (counts.get(nameOf(track)) ?? 0) + 1);
  const sorted = [...counts]
    .map(([name, count]) => ({ name, count }))
    .toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const groups = sorted.slice(0, SUMMARY_GROUPS_MAX);
  const told = groups.reduce((total, { count }) => total + count, 0);
  return { groups, otherCount: tracks.length - told };
}

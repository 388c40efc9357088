import { readMessageTime, type Rocket, type RocketTrack } from '#common/domain';
import { findRocketsScript } from './find-rockets.script.js';

const ACCOUNT_FIELDS = [
  'mark',
  'count',
  'speed_high',
  'speed_low',
  'launch_msg',
  'latest_msg',
  'duplicates',
  'conflicts',
  'rejected',
] as const;
const STATE_FIELDS = [
  'type',
  'mission',
  'exploded_reason',
  'latest_mission_msg',
  'latest_exploded_msg',
] as const;

export const FIND_ROCKETS = findRocketsScript(ACCOUNT_FIELDS, STATE_FIELDS);

type Values = readonly (string | null)[];
/** One channel in the answer of `FIND_ROCKETS`; null where it is not known. */
export type FoundRocket = readonly [Values, Values, string | null, readonly string[]] | null;

export function trackOf(channel: string, found: FoundRocket): RocketTrack | null {
  if (found === null) return null;
  const [accountValues, stateValues, latestText, ranges] = found;
  const account = named(ACCOUNT_FIELDS, accountValues, Number);
  const state = named(STATE_FIELDS, stateValues, String);
  const time = readMessageTime(latestText ?? '');
  const rocket: Rocket = {
    model: state.type,
    speed: { high: account.speed_high, low: account.speed_low },
    mission: state.mission,
    explodedReason: state.exploded_reason,
    launchNumber: account.launch_msg,
    missionNumber: Number(state.latest_mission_msg),
    explodedNumber: Number(state.latest_exploded_msg),
    latest: time === null ? null : { ...time, number: account.latest_msg },
  };
  return {
    channel,
    rocket,
    taken: { lowWater: account.mark, ranges: ranges.map(Number), count: account.count },
    duplicateCount: account.duplicates,
    conflictCount: account.conflicts,
    rejectedCount: account.rejected,
  };
}

function named<N extends string, T>(
  names: readonly N[],
  values: Values,
  read: (value: string | null) => T,
): Record<N, T> {
  return Object.fromEntries(names.map((name, at) => [name, read(values[at] ?? null)])) as Record<
    N,
    T
  >;
}

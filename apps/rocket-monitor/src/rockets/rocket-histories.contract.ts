import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import {
  foldMessages,
  highestNumber,
  numbersAfter,
  type Rocket,
  type RocketTrack,
  speedValue,
} from '#common/domain';
import { CheckpointKeeper } from './checkpoint.keeper.js';
import type { RocketStore } from './rocket-store.port.js';
import { type History, randomHistory } from './testing/random-histories.js';
import { type OracleState, RocketOracle } from './testing/rocket-oracle.js';

export interface RestartableStore {
  readonly store: RocketStore;
  /** The store as the next process finds it. */
  restart(): Promise<RestartableStore>;
}

const TIMEOUT_MS = 300_000;

export interface HistoriesOptions {
  readonly runs: number;
  /** Each so many-th one is long enough to pass the end of a page. */
  readonly longEvery: number;
}

/** That any history of a rocket is told, after every delivery, as a separately written oracle has it. */
export function describeRocketHistories(
  open: () => Promise<RestartableStore>,
  { runs, longEvery }: HistoriesOptions,
): void {
  it(`tells ${runs} random histories as the oracle does`, { timeout: TIMEOUT_MS }, async () => {
    let current = await open();
    for (let seed = 1; seed <= runs; seed += 1) {
      const played = await play(randomHistory(seed, seed % longEvery === 0), current);
      expect(played.difference).toBeNull();
      current = played.current;
    }
  });
}

interface Difference {
  readonly channel: string;
  readonly step: number;
  readonly actual: object;
  readonly expected: object;
}

interface Played {
  readonly current: RestartableStore;
  readonly difference: Difference | null;
}

/** Up to the first difference. */
async function play({ channel, prefix, steps }: History, start: RestartableStore): Promise<Played> {
  let current = start;
  const oracle = new RocketOracle();
  await Promise.all(prefix.map((arrival) => current.store.take(arrival)));
  for (const arrival of prefix) oracle.deliver(arrival);
  for (const [step, what] of steps.entries())
    if (what === 'restart') current = await current.restart();
    else {
      const { outcome, endsPage } = await current.store.take(what);
      if (endsPage) await makeCheckpoints(current.store, channel);
      const actual = { outcome, ...(await told(current.store, channel)) };
      const expected = { outcome: oracle.deliver(what), ...toldBy(oracle) };
      if (!isDeepStrictEqual(actual, expected))
        return { current, difference: { channel, step, actual, expected } };
    }
  return { current, difference: null };
}

async function makeCheckpoints(store: RocketStore, channel: string): Promise<void> {
  const keeper = new CheckpointKeeper(store);
  keeper.wake(channel);
  await keeper.rest();
}

async function told(store: RocketStore, channel: string): Promise<object> {
  const [track = null] = await store.find([channel]);
  if (track === null) throw new Error(`${channel} is not known`);
  return {
    bestEffort: stateOf(track.rocket),
    exact: stateOf(await exactRocket(store, track)),
    appliedThrough: track.taken.lowWater,
    highest: highestNumber(track.taken),
    numbers: [...numbersAfter(track.taken, 0)],
    duplicates: track.duplicateCount,
    conflicts: track.conflictCount,
  };
}

const toldBy = (oracle: RocketOracle): object => ({
  bestEffort: oracle.state(),
  exact: oracle.state(oracle.unbroken),
  appliedThrough: oracle.unbroken,
  highest: oracle.numbers.at(-1),
  numbers: oracle.numbers,
  duplicates: oracle.duplicates,
  conflicts: oracle.conflicts,
});

async function exactRocket(store: RocketStore, { channel, taken }: RocketTrack): Promise<Rocket> {
  const checkpoint = await store.checkpoint(channel, taken.lowWater);
  if (checkpoint === null) throw new Error(`${channel} has no checkpoint`);
  const limit = taken.lowWater - checkpoint.through;
  if (limit === 0) return checkpoint.rocket;
  const page = { by: 'number', after: checkpoint.through, limit } as const;
  return foldMessages(checkpoint.rocket, await store.history(channel, page));
}

const stateOf = (rocket: Rocket): OracleState => ({
  type: rocket.model,
  speed: speedValue(rocket.speed),
  mission: rocket.mission,
  exploded_reason: rocket.explodedReason,
  latest_mission_msg: rocket.missionNumber,
  latest_exploded_msg: rocket.explodedNumber,
  latest_update: rocket.latest?.text ?? '',
});

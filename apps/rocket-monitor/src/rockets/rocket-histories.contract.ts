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
    for (let seed = 1; seed <= runs; seed += 1)
      current = await play(randomHistory(seed, seed % longEvery === 0), current);
  });
}

async function play(history: History, start: RestartableStore): Promise<RestartableStore> {
  let current = start;
  const { channel, prefix } = history;
  const oracle = new RocketOracle();
  await Promise.all(prefix.map((arrival) => current.store.take(arrival)));
  for (const arrival of prefix) oracle.deliver(arrival);
  for (const step of history.steps)
    if (step === 'restart') current = await current.restart();
    else {
      const { outcome, endsPage } = await current.store.take(step);
      const expected = oracle.deliver(step);
      if (outcome !== expected) expect(outcome).toBe(expected);
      if (endsPage) await makeCheckpoints(current.store, channel);
      await compare(current.store, channel, oracle);
    }
  return current;
}

async function makeCheckpoints(store: RocketStore, channel: string): Promise<void> {
  const keeper = new CheckpointKeeper(store);
  keeper.wake(channel);
  await keeper.rest();
}

/** `expect` takes longer than all else, so only a difference is left to it. */
async function compare(store: RocketStore, channel: string, oracle: RocketOracle): Promise<void> {
  const [track = null] = await store.find([channel]);
  if (track === null) throw new Error(`${channel} is not known`);
  const actual = {
    bestEffort: stateOf(track.rocket),
    exact: stateOf(await exactRocket(store, track)),
    appliedThrough: track.taken.lowWater,
    highest: highestNumber(track.taken),
    taken: [...numbersAfter(track.taken, 0)],
    duplicates: track.duplicateCount,
    conflicts: track.conflictCount,
  };
  const { numbers, unbroken, duplicates, conflicts } = oracle;
  const expected = {
    bestEffort: oracle.state(),
    exact: oracle.state(unbroken),
    appliedThrough: unbroken,
    highest: numbers.at(-1),
    taken: numbers,
    duplicates,
    conflicts,
  };
  if (!isDeepStrictEqual(actual, expected)) expect({ channel, ...actual }).toEqual(expected);
}

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

import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { highestNumber, numbersAfter, type Rocket, speedValue } from '#common/domain';
import { SystemClock } from '#common/platform';
import { CheckpointKeeper } from './checkpoint.keeper.js';
import type { RocketStore } from './rocket-store.port.js';
import { RocketsService } from './rockets.service.js';
import { RocketViewsService } from './views/rocket-views.service.js';
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
      const expectedOutcome = oracle.deliver(what);
      const asOf = oracle.numbers[step % oracle.numbers.length] ?? 1;
      const actual = { outcome, ...(await told(current.store, channel, asOf)) };
      const expected = { outcome: expectedOutcome, ...toldBy(oracle, asOf) };
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

/** By the use cases that answer `GET /rockets/{channel}`. */
async function told(store: RocketStore, channel: string, asOf: number): Promise<object> {
  const clock = new SystemClock();
  const rockets = new RocketsService(store, new CheckpointKeeper(store), clock);
  const views = new RocketViewsService(rockets, store, clock);
  const { track, rocket } = await views.view(channel, { view: 'best-effort', asOf: null });
  const exact = await views.view(channel, { view: 'exact', asOf: null });
  const bestEffortThen = await views.view(channel, { view: 'best-effort', asOf });
  const exactThen = await views.view(channel, { view: 'exact', asOf });
  return {
    bestEffort: stateOf(rocket),
    exact: stateOf(exact.rocket),
    bestEffortThen: stateOf(bestEffortThen.rocket),
    exactThen: stateOf(exactThen.rocket),
    appliedThrough: track.taken.lowWater,
    highest: highestNumber(track.taken),
    numbers: [...numbersAfter(track.taken, 0)],
    duplicates: track.duplicateCount,
    conflicts: track.conflictCount,
  };
}

const toldBy = (oracle: RocketOracle, asOf: number): object => ({
  bestEffort: oracle.state(),
  exact: oracle.state(oracle.unbroken),
  bestEffortThen: oracle.state(asOf),
  exactThen: oracle.state(Math.min(asOf, oracle.unbroken)),
  appliedThrough: oracle.unbroken,
  highest: oracle.numbers.at(-1),
  numbers: oracle.numbers,
  duplicates: oracle.duplicates,
  conflicts: oracle.conflicts,
});

const stateOf = (rocket: Rocket): OracleState => ({
  type: rocket.model,
  speed: speedValue(rocket.speed),
  mission: rocket.mission,
  exploded_reason: rocket.explodedReason,
  latest_mission_msg: rocket.missionNumber,
  latest_exploded_msg: rocket.explodedNumber,
  latest_update: rocket.latest?.text ?? '',
});

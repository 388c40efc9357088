import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { foldMessages, type RocketArrival, UNKNOWN_ROCKET } from '#common/domain';
import { SystemClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { MemoryRocketStore } from '../../adapters/memory/memory-rocket.store.js';
import { CheckpointKeeper } from '../checkpoint.keeper.js';
import type { HistoryQuery } from '../rocket-store.port.js';
import { RocketsService } from '../rockets.service.js';
import { faster, LAUNCH, message } from '../testing/arrivals.js';
import { ROCKET_VIEWS } from './rocket-view.js';
import { RocketViewsService } from './rocket-views.service.js';

const HISTORY_MAX = 2_048;

/** A store that forgets the beginning of what is read just then, so many times. */
class ForgettingStore extends MemoryRocketStore {
  forgetsCount = 0;
  beforeRead = async (): Promise<void> => undefined;

  override async history(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    await this.beforeRead();
    const found = await super.history(channel, query);
    this.forgetsCount -= 1;
    return this.forgetsCount >= 0 ? found.slice(1) : found;
  }
}

describe('the views of a rocket', () => {
  let store: ForgettingStore;
  let keeper: CheckpointKeeper;
  let rockets: RocketsService;
  let views: RocketViewsService;

  beforeEach(() => {
    const events = { publish: () => undefined };
    store = new ForgettingStore({ channelsMax: 1_000, historyMax: HISTORY_MAX, events });
    keeper = new CheckpointKeeper(store);
    const clock = new SystemClock();
    rockets = new RocketsService(store, keeper, clock);
    views = new RocketViewsService(rockets, store, clock);
  });

  const takeAll = async (arrivals: readonly RocketArrival[]): Promise<void> => {
    for (const arrival of arrivals) await rockets.take(arrival);
    await keeper.rest();
  };

  const flight = (channel: string, numbers: readonly number[]): RocketArrival[] =>
    numbers.map((number) => {
      if (number % 7 === 1) return message(channel, number, LAUNCH);
      if (number % 7 === 2)
        return message(channel, number, { type: 'RocketMissionChanged', newMission: `${number}` });
      return faster(channel, number, number);
    });

  const upTo = (last: number) => Array.from({ length: last }, (_, nr) => nr + 1);
  const fold = (arrivals: readonly RocketArrival[], last: number) =>
    foldMessages(
      UNKNOWN_ROCKET,
      arrivals.filter(({ number }) => number <= last),
    );

  it('are folds of what was taken, and of what was taken without a gap, as of any number', async () => {
    let run = 0;
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
    const asked = fc.option(fc.integer({ min: 1, max: 32 }));
    await fc.assert(
      fc.asyncProperty(numbers, asked, async (order, asOf) => {
        const channel = `run ${(run += 1)}`;
        const arrivals = flight(channel, order);
        await takeAll(arrivals);
        let mark = 0;
        while (order.includes(mark + 1)) mark += 1;

        for (const view of ROCKET_VIEWS) {
          const last = Math.min(asOf ?? 32, view === 'exact' ? mark : 32);
          expect((await views.view(channel, { view, asOf })).rocket).toEqual(fold(arrivals, last));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are told over many pages, with a gap high above', async () => {
    const arrivals = flight('a', [...upTo(1_800), ...upTo(1_500).map((nr) => 2_000 + nr)]);
    await takeAll(arrivals);

    for (const asOf of [1_023, 1_024, 1_025, 1_799, 1_900, 2_001, 3_300, 3_499, null])
      for (const view of ROCKET_VIEWS) {
        const last = Math.min(asOf ?? 3_500, view === 'exact' ? 1_800 : 3_500);
        const { rocket } = await views.view('a', { view, asOf });
        expect(rocket).toEqual(fold(arrivals, last));
      }
  });

  it('say from where on states can be told when the store has forgotten', async () => {
    const arrivals = flight('a', upTo(3 * HISTORY_MAX));
    await takeAll(arrivals);
    const stateAsOf = (asOf: number) => views.view('a', { view: 'best-effort', asOf });

    const fault: unknown = await stateAsOf(1).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: 'ROCKET_HISTORY_GONE' });
    const earliest = Number(/as of (\d+)/.exec((fault as Error).message)?.[1]);
    await expect(stateAsOf(earliest - 1)).rejects.toMatchObject({ code: 'ROCKET_HISTORY_GONE' });
    expect((await stateAsOf(earliest)).rocket).toEqual(fold(arrivals, earliest));
    expect((await views.view('a', { view: 'exact', asOf: null })).rocket).toEqual(
      fold(arrivals, arrivals.length),
    );
  });

  it('are read anew when the store forgets meanwhile, but not for ever', async () => {
    const arrivals = flight('a', [1, 2, 3, 4, 9]);
    await takeAll(arrivals);
    store.forgetsCount = 3;
    const { rocket } = await views.view('a', { view: 'exact', asOf: 3 });
    expect(rocket).toEqual(fold(arrivals, 3));

    store.forgetsCount = 1_000;
    await expect(views.view('a', { view: 'exact', asOf: 3 })).rejects.toMatchObject({
      code: 'ROCKET_STATE_UNAVAILABLE',
    });
  });

  it('do not see what is taken while they are read', async () => {
    const arrivals = flight('a', [1, 2, 5, 9]);
    await takeAll(arrivals);
    store.beforeRead = async () => void (await store.take(faster('a', 3, 1_000)));
    const { rocket, track } = await views.view('a', { view: 'best-effort', asOf: 8 });

    expect(track.taken.count).toBe(4);
    expect(rocket).toEqual(fold(arrivals, 8));
  });

  it('are told few at one time where they need much history, and refused to too many', async () => {
    await takeAll(flight('a', [1, ...upTo(5_000).map((nr) => nr + 2)]));
    const few = flight('b', [1, 3]);
    await takeAll(few);
    let [reading, readingMax] = [0, 0];
    let goOn: () => void = () => undefined;
    const isOpen = new Promise<void>((resolve) => (goOn = resolve));
    store.beforeRead = async () => {
      readingMax = Math.max(readingMax, (reading += 1));
      await isOpen;
      reading -= 1;
    };
    const long = () => views.view('a', { view: 'best-effort', asOf: 5_001 });
    const asked = Promise.allSettled(Array.from({ length: 110 }, long));
    await until(() => expect(reading).toBe(2));
    const short = views.view('b', { view: 'best-effort', asOf: 2 });
    await until(() => expect(reading).toBe(3));
    goOn();

    expect((await short).rocket).toEqual(fold(few, 2));
    const answers = await asked;
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(8);
    for (const one of refused)
      expect(one).toMatchObject({ reason: { code: 'ROCKET_STATE_UNAVAILABLE' } });
    expect(answers.slice(0, 2)).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    expect(readingMax).toBe(3);
  });

  it('are refused for a channel that nobody has heard of', async () => {
    await expect(views.view('a', { view: 'exact', asOf: 1 })).rejects.toMatchObject({
      code: 'ROCKET_NOT_FOUND',
    });
  });
});

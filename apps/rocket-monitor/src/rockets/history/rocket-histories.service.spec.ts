import { beforeEach, describe, expect, it } from 'vitest';
import type { GapPosition, RocketGap } from '#common/domain';
import { SystemClock } from '#common/platform';
import { MemoryRocketStore } from '../../adapters/memory/memory-rocket.store.js';
import { CheckpointKeeper } from '../checkpoint.keeper.js';
import { RocketsService } from '../rockets.service.js';
import { faster } from '../testing/arrivals.js';
import {
  GAP_MESSAGES_MAX,
  type GapState,
  RocketHistoriesService,
} from './rocket-histories.service.js';

describe('the gaps of a rocket that a store knows', () => {
  let store: MemoryRocketStore;
  let keeper: CheckpointKeeper;
  let rockets: RocketsService;
  let histories: RocketHistoriesService;

  const open = (historyMax: number) => {
    const events = { publish: () => undefined };
    store = new MemoryRocketStore({ channelsMax: 10, historyMax, events });
    keeper = new CheckpointKeeper(store);
    rockets = new RocketsService(store, keeper, new SystemClock());
    histories = new RocketHistoriesService(rockets, store);
  };

  beforeEach(() => open(100_000));

  const takeAll = async (numbers: Iterable<number>): Promise<void> => {
    for (const number of numbers) await rockets.take(faster('a', number));
    await keeper.rest();
  };

  /** All pages, and how many they were. */
  async function read(state: GapState | null, limit: number) {
    const gaps: RocketGap[] = [];
    let after: GapPosition | null = null;
    for (let pageCount = 1; ; pageCount += 1) {
      const page = await histories.gaps('a', { state, after, limit });
      gaps.push(...page.gaps);
      expect(page.gaps.length).toBeLessThanOrEqual(limit);
      if (page.next === null) return { gaps, pageCount };
      after = page.next;
    }
  }

  const upTo = (last: number) => Array.from({ length: last }, (_, nr) => nr + 1);
  const rangesOf = (gaps: readonly RocketGap[]) => gaps.map(({ from, to }) => [from, to]);

  it('are found over many reads and pages of any size', async () => {
    const late = [700, 1_400, 2_100];
    const missing = [1_000, 1_001, 2_500];
    const inTime = upTo(3_000).filter((nr) => !late.includes(nr) && !missing.includes(nr));
    await takeAll([...inTime, ...late]);

    for (const limit of [1, 2, 100]) {
      const { gaps } = await read(null, limit);
      expect(rangesOf(gaps)).toEqual([
        [2_500, 2_500],
        [2_100, 2_100],
        [1_400, 1_400],
        [1_000, 1_001],
        [700, 700],
      ]);
      expect(rangesOf((await read('open', limit)).gaps)).toEqual([
        [2_500, 2_500],
        [1_000, 1_001],
      ]);
      expect(rangesOf((await read('closed', limit)).gaps)).toEqual([
        [2_100, 2_100],
        [1_400, 1_400],
        [700, 700],
      ]);
    }
  });

  it('take a request no further than its share of the messages', async () => {
    await takeAll([...upTo(GAP_MESSAGES_MAX + 2_000).map((nr) => nr + 5), 2]);
    const first = await histories.gaps('a', { state: null, after: null, limit: 10 });

    expect(first).toMatchObject({ gaps: [], next: { before: 2_000 + 6 } });
    const { gaps, pageCount } = await read(null, 10);
    expect(rangesOf(gaps)).toEqual([
      [3, 5],
      [2, 2],
      [1, 1],
    ]);
    expect(pageCount).toBe(2);
  });

  it('end where the store has forgotten', async () => {
    open(1_024);
    await takeAll([...upTo(5_000), 5_002]);

    expect(rangesOf((await read(null, 10)).gaps)).toEqual([[5_001, 5_001]]);
  });

  it('reach from the largest number to the first', async () => {
    await takeAll([Number.MAX_SAFE_INTEGER]);

    const { gaps } = await read('open', 10);
    expect(rangesOf(gaps)).toEqual([[1, Number.MAX_SAFE_INTEGER - 1]]);
  });
});

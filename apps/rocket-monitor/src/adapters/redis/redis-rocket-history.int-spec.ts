import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  FIRST_CHECKPOINT,
  foldMessages,
  HISTORY_PAGE_NUMBERS as PAGE,
  type RocketArrival,
  type RocketCheckpoint,
} from '#common/domain';
import { TestRedis } from '../../../../../test/support/redis.js';
import { faster, message } from '../../rockets/testing/arrivals.js';
import type { HistoryQuery, Outcome } from '../../rockets/rocket-store.port.js';
import { MemoryRocketStore } from '../memory/memory-rocket.store.js';
import type { RedisRocketStore } from './redis-rocket.store.js';
import { OpenedStores } from './testing/opened-stores.js';

const upTo = (last: number, first = 1): RocketArrival[] =>
  Array.from({ length: last - first + 1 }, (_, nr) => faster('a', first + nr, nr));

describe('histories in Redis', () => {
  const prefix = 'history:';
  const key = (name: string): string => `${prefix}perigee:${name}`;
  let redis: TestRedis;
  const stores = new OpenedStores();
  let store: RedisRocketStore;

  beforeAll(async () => {
    redis = await TestRedis.start();
  });

  afterAll(() => redis.stop());

  beforeEach(async () => {
    await redis.admin.flushall();
    store = await stores.open(redis, { prefix, historyMax: 2 * PAGE });
  });

  afterEach(() => stores.close());

  const takeAll = async (arrivals: readonly RocketArrival[]): Promise<Outcome[]> => {
    const taken = await Promise.all(arrivals.map((arrival) => store.take(arrival)));
    return taken.map(({ outcome }) => outcome);
  };

  const numbers = async (query: HistoryQuery): Promise<number[]> =>
    (await store.history('a', query)).map(({ number }) => number);

  /** As the keeper of checkpoints does. */
  async function keep(through: number): Promise<RocketCheckpoint> {
    const last = await store.checkpoint('a', through);
    if (last === null) throw new Error('The history is forgotten');
    const limit = through - last.through;
    const rest = await store.history('a', { by: 'number', after: last.through, limit });
    const checkpoint = { through, rocket: foldMessages(last.rocket, rest) };
    await store.keepCheckpoint('a', checkpoint);
    return checkpoint;
  }

  describe('over the limit', () => {
    const mark = 3 * PAGE + 5;
    let first: RocketCheckpoint;

    beforeEach(async () => {
      await takeAll([...upTo(mark), faster('a', mark + 10)]);
      first = await keep(PAGE);
      await keep(2 * PAGE);
      await keep(3 * PAGE);
    });

    it('forget the oldest page, and what was before it', async () => {
      expect(await store.checkpoint('a', PAGE - 1)).toBeNull();
      expect(await store.checkpoint('a', PAGE)).toEqual(first);
      const rest = [...upTo(mark, PAGE + 1).map(({ number }) => number), mark + 10];

      expect(await numbers({ by: 'number', after: 0, limit: 9_999 })).toEqual(rest);
      expect(await numbers({ by: 'arrival', after: null, limit: 9_999 })).toEqual(rest);
      const before = Number.MAX_SAFE_INTEGER;
      expect(await numbers({ by: 'number-descending', before, limit: 9_999 })).toEqual(
        rest.toReversed(),
      );
      expect(await redis.admin.hlen(key('messages:a'))).toBe(rest.length);
      expect(await redis.admin.zcard(key('arrivals:a'))).toBe(rest.length);
    });

    it('tell a conflict from a repetition only where they remember', async () => {
      expect(await takeAll([faster('a', PAGE, -1), faster('a', PAGE + 1, -1)])).toEqual([
        'duplicate',
        'conflict',
      ]);
    });

    it('go on, page by page, also of other channels', async () => {
      const others = upTo(PAGE).map((arrival) => ({ ...arrival, channel: 'b' }));
      await takeAll(others);
      const rocket = foldMessages(FIRST_CHECKPOINT.rocket, others);
      await store.keepCheckpoint('b', { through: PAGE, rocket });

      expect(await store.checkpoint('a', 2 * PAGE - 1)).toBeNull();
      expect(await store.checkpoint('a', 2 * PAGE)).toMatchObject({ through: 2 * PAGE });
      expect(await store.checkpoint('b', 1)).toEqual(FIRST_CHECKPOINT);
    });
  });

  it('keep a checkpoint once, whoever makes it, and none above the mark', async () => {
    await takeAll(upTo(PAGE + 1));
    const checkpoint = await keep(PAGE);
    const other = await stores.open(redis, { prefix });
    await other.keepCheckpoint('a', checkpoint);
    await other.keepCheckpoint('a', { ...checkpoint, through: 2 * PAGE });
    await other.keepCheckpoint('nobody', checkpoint);

    expect(await redis.admin.llen(key('history-pages'))).toBe(1);
    expect(await store.checkpoint('a', 2 * PAGE)).toEqual(checkpoint);
    expect(await store.checkpoint('nobody', PAGE)).toEqual(FIRST_CHECKPOINT);
  });

  it('give a checkpoint back as it was', async () => {
    const max = Number.MAX_SAFE_INTEGER;
    const launch = { type: 'RocketLaunched', model: 'é"\\\n\u{1F680}', mission: '' } as const;
    await takeAll([
      message('a', 1, { ...launch, launchSpeed: max }),
      message(
        'a',
        2,
        { type: 'RocketExploded', reason: '\u0000' },
        '1969-07-20T20:17:40.123456789Z',
      ),
      ...upTo(PAGE, 3).map((arrival) => ({ ...arrival, event: { ...launch, launchSpeed: -max } })),
    ]);
    const checkpoint = await keep(PAGE);

    expect(await store.checkpoint('a', max)).toEqual(checkpoint);
    expect(checkpoint.rocket).toEqual((await store.find(['a']))[0]?.rocket);
  });

  it('have arrivals of one instant, of two monitors say, in the order of their numbers', async () => {
    const receivedAt = 1_700_000_000_000_000;
    const order = [10, 9, 2, 11, 1];
    await takeAll(order.map((number) => ({ ...faster('a', number), receivedAt })));
    await takeAll([{ ...faster('a', 5), receivedAt: receivedAt - 1 }]);

    const found: number[] = [];
    let after: RocketArrival | null = null;
    for (let nr = 0; nr < 6; nr += 1) {
      const page: RocketArrival[] = await store.history('a', { by: 'arrival', after, limit: 1 });
      after = page[0] ?? null;
      found.push(...page.map(({ number }) => number));
    }
    expect(found).toEqual([5, 1, 2, 9, 10, 11]);
  });

  it('refuse a message that would wait for others when too many do', async () => {
    const small = await stores.open(redis, { prefix, parkedMax: 3 });
    for (const number of [3, 4, 5]) await small.take(faster('a', number));
    const code = 'ROCKET_STORE_FULL';

    await expect(small.take(faster('b', 2))).rejects.toMatchObject({ code });
    await small.take(faster('a', 1));
    await expect(small.take(faster('a', 6))).rejects.toMatchObject({ code });
    expect(await small.health()).toMatchObject({ messages_parked: 3 });
    await small.take(faster('a', 2));
    await small.take(faster('b', 2));
    expect(await small.health()).toMatchObject({ messages_parked: 1 });
    expect(await small.find(['a', 'b'])).toMatchObject([
      { taken: { lowWater: 5 } },
      { taken: { count: 1 } },
    ]);
  });

  it('are those of the store in memory, however far the numbers of one run lie apart', async () => {
    const limits = { channelsMax: 10, historyMax: 9_999 };
    const memory = new MemoryRocketStore({ ...limits, events: { publish: () => undefined } });
    const even = Array.from({ length: 700 }, (_, nr) => faster('a', 2 * (nr + 1)));
    const any = Array.from({ length: 900 }, (_, nr) => faster('a', 1 + ((nr * 977) % 1_500)));
    for (const arrivals of [even, any, upTo(1_600)]) {
      const expected = await Promise.all(arrivals.map((arrival) => memory.take(arrival)));
      expect(await takeAll(arrivals)).toEqual(expected.map(({ outcome }) => outcome));
      expect(await store.find(['a'])).toEqual(await memory.find(['a']));
      const query = { by: 'arrival', after: null, limit: 9_999 } as const;
      expect(await store.history('a', query)).toEqual(await memory.history('a', query));
    }
    expect(await redis.admin.exists(key('taken:a'), `${prefix}a-processed`)).toBe(0);
    expect(await store.health()).toMatchObject({ open_gaps: 0, messages_parked: 0 });
  });

  describe('of a version that kept none', () => {
    /** As it would have left them. */
    async function takeEarlier(arrivals: readonly RocketArrival[]): Promise<void> {
      await takeAll(arrivals);
      await redis.admin.del(key('messages:a'), key('arrivals:a'), key('parked'));
      await redis.admin.hdel(key('rocket:a'), 'floor');
    }

    const state = async () => (await store.find(['a']))[0]?.rocket;

    it('begin with the state, where no number is missing', async () => {
      await takeEarlier(upTo(5));
      const checkpoint = { through: 5, rocket: await state() };
      expect(await store.checkpoint('a', 4)).toBeNull();
      expect(await store.checkpoint('a', 5)).toEqual(checkpoint);
      expect(await numbers({ by: 'number', after: 0, limit: 9 })).toEqual([]);

      expect(await takeAll([faster('a', 7), faster('a', 5, -1)])).toEqual(['new', 'duplicate']);
      expect(await store.checkpoint('a', 4)).toBeNull();
      expect(await store.checkpoint('a', 7)).toEqual(checkpoint);
      expect(await numbers({ by: 'number', after: 0, limit: 9 })).toEqual([7]);
    });

    it('begin when the numbers that were missing have come', async () => {
      await takeEarlier([1, 3, 4, 8].map((number) => faster('a', number)));
      expect(await store.checkpoint('a', 1)).toBeNull();
      await takeAll([2, 10, 5, 6].map((number) => faster('a', number)));
      expect(await store.checkpoint('a', 6)).toBeNull();
      expect(await numbers({ by: 'number', after: 0, limit: 9 })).toEqual([10]);

      await takeAll([7, 9].map((number) => faster('a', number)));
      const checkpoint = { through: 10, rocket: await state() };
      await takeAll([12].map((number) => faster('a', number)));
      expect(await store.checkpoint('a', 9)).toBeNull();
      expect(await store.checkpoint('a', 12)).toEqual(checkpoint);
      expect(await numbers({ by: 'number-descending', before: 99, limit: 9 })).toEqual([12]);
      expect(await store.health()).toMatchObject({ messages_parked: 1 });
    });
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RocketArrival, RocketTrack } from '#common/domain';
import { TestRedis } from '../../../../../test/support/redis.js';
import { until } from '../../../../../test/support/until.js';
import { describeRocketStore } from '../../rockets/rocket-store.contract.js';
import type { Outcome } from '../../rockets/rocket-store.port.js';
import { faster, message } from '../../rockets/testing/arrivals.js';
import type { RedisRocketStore, RedisRocketStoreOptions } from './redis-rocket.store.js';
import { factsOf, OpenedStores } from './testing/opened-stores.js';

const TIME = '2022-02-02T19:39:05.86337+01:00';

let redis: TestRedis;
const stores = new OpenedStores();

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterAll(() => redis.stop());

afterEach(() => stores.close());

const open = (given: Partial<RedisRocketStoreOptions> = {}): Promise<RedisRocketStore> =>
  stores.open(redis, given);

describeRocketStore(async () => {
  const store = await open();
  return { store, published: () => factsOf(store) };
});

const launch = (channel: string, number: number, mission: string): RocketArrival =>
  message(channel, number, { type: 'RocketLaunched', model: 'F', launchSpeed: 500, mission });

const take = async (store: RedisRocketStore, arrival: RocketArrival): Promise<Outcome> =>
  (await store.take(arrival)).outcome;

const find = async (store: RedisRocketStore, channel: string): Promise<RocketTrack | null> =>
  (await store.find([channel]))[0] ?? null;

/** What another client finds. */
async function layout(prefix: string, channel: string) {
  const { admin } = redis;
  return {
    state: await admin.hgetall(`${prefix}${channel}`),
    processed: (await admin.smembers(`${prefix}${channel}-processed`))
      .map(Number)
      .toSorted((a, b) => a - b),
    latest: await admin.hget(`${prefix}latest_update_timestamp`, channel),
  };
}

describe('a RedisRocketStore', () => {
  const prefix = 'layout:';

  it('lays its data out for every reader', async () => {
    const store = await open({ prefix });
    await store.take(faster('a', 2, -1_500));
    expect(await layout(prefix, 'a')).toEqual({
      state: {
        type: '',
        speed: '-1500',
        mission: '',
        exploded_reason: '',
        latest_mission_msg: '-1',
        latest_exploded_msg: '-1',
      },
      processed: [2],
      latest: TIME,
    });

    await store.take(message('a', 9, { type: 'RocketExploded', reason: 'X' }));
    for (const number of [1, 3, 4, 6, 7]) await store.take(launch('a', number, `M${number}`));
    expect(await layout(prefix, 'a')).toEqual({
      state: {
        type: 'F',
        speed: '1000',
        mission: 'M7',
        exploded_reason: 'X',
        latest_mission_msg: '7',
        latest_exploded_msg: '9',
      },
      processed: [6, 7, 9],
      latest: TIME,
    });
    expect(await redis.admin.hget(`${prefix}perigee:rocket:a`, 'mark')).toBe('4');
    for (const number of [5, 8]) await store.take(faster('a', number));
    expect(await redis.admin.exists(`${prefix}a-processed`)).toBe(0);
  });

  it('is exact with the largest numbers and speeds, in the layout too', async () => {
    const store = await open({ prefix });
    const max = Number.MAX_SAFE_INTEGER;
    for (const number of [max, max - 1, max - 3]) await store.take(faster('max', number, max));
    await store.take(message('max', 1, { type: 'RocketSpeedDecreased', by: max }));
    expect(await take(store, faster('max', max, max))).toBe('duplicate');
    expect(await take(store, faster('max', max - 1, max - 1))).toBe('conflict');
    await store.take(message('max', 2, { type: 'RocketSpeedDecreased', by: max }));

    const { state, processed } = await layout(prefix, 'max');
    expect(state['speed']).toBe(String(max));
    expect(processed).toEqual([max - 3, max - 1, max]);
    expect((await find(store, 'max'))?.taken).toEqual({
      lowWater: 2,
      ranges: [max - 3, max - 3, max - 1, max],
      count: 5,
    });
  });

  it('leaves data alone that is not its own', async () => {
    const store = await open({ prefix });
    await redis.admin.set(`${prefix}text`, 'x');
    await redis.admin.sadd(`${prefix}set-processed`, '7');
    await redis.admin.hset(`${prefix}hash`, 'speed', '7');

    for (const channel of ['text', 'set', 'hash']) {
      const code = 'ROCKET_CHANNEL_REFUSED';
      await expect(store.take(faster(channel, 1))).rejects.toMatchObject({ code });
      expect(await find(store, channel)).toBeNull();
    }
    expect(await take(store, faster('beside', 1))).toBe('new');
  });

  it('does not mix stores with other prefixes', async () => {
    const [one, other] = [await open(), await open()];
    await one.take(faster('a', 1));
    expect(await find(other, 'a')).toBeNull();
    expect(await other.channels()).toEqual([]);
  });

  it('refuses only what would open one gap too many, and changes nothing then', async () => {
    const store = await open({ gapsMax: 3 });
    for (const number of [2, 4, 6]) await store.take(faster('a', number));
    const before = await find(store, 'a');

    await expect(store.take(faster('a', 8))).rejects.toMatchObject({ code: 'ROCKET_STORE_FULL' });
    expect(await find(store, 'a')).toEqual(before);
    expect(await take(store, faster('a', 7))).toBe('new');
    expect(await take(store, faster('a', 1))).toBe('new');
    expect(await take(store, faster('a', 9))).toBe('new');
    expect(await store.health()).toMatchObject({ open_gaps: 3 });
  });

  it('counts numbers that are too many for the set that others read', async () => {
    const store = await open({ prefix, listedMax: 3 });
    for (const number of [2, 3, 4, 5, 7, 8]) await store.take(faster('listed', number));
    expect((await layout(prefix, 'listed')).processed).toEqual([2, 3, 4]);
    expect((await find(store, 'listed'))?.taken).toEqual({
      lowWater: 0,
      ranges: [2, 5, 7, 8],
      count: 6,
    });

    expect(await take(store, faster('listed', 5))).toBe('duplicate');
    for (const number of [1, 10]) await store.take(faster('listed', number));
    expect((await layout(prefix, 'listed')).processed).toEqual([10]);
    for (const number of [6, 9]) expect(await take(store, faster('listed', number))).toBe('new');
    expect((await layout(prefix, 'listed')).processed).toEqual([]);
    expect((await find(store, 'listed'))?.taken).toEqual({ lowWater: 10, ranges: [], count: 10 });
  });

  it('finds channels with many gaps, whatever comes between them', async () => {
    const store = await open();
    const numbers = Array.from({ length: 8_000 }, (_, nr) => 2 * nr + 2);
    for (const channel of ['a', 'b', 'c'])
      await Promise.all(numbers.map((number) => store.take(faster(channel, number))));
    await store.take(faster('d', 1));

    const found = await store.find(['a', 'nobody', 'b', 'c', 'nobody', 'd']);
    expect(found.map((track) => track && [track.channel, track.taken.ranges.length])).toEqual([
      ['a', 16_000],
      null,
      ['b', 16_000],
      ['c', 16_000],
      null,
      ['d', 0],
    ]);
    expect(await store.list({ after: '', limit: 10 })).toHaveLength(4);
  });

  it('takes no channel over its limit, but goes on with those it has', async () => {
    const store = await open({ channelsMax: 2 });
    const answers = await Promise.allSettled(
      ['a', 'b', 'c'].map((channel) => store.take(faster(channel, 1))),
    );

    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers[2]).toMatchObject({ reason: { code: 'ROCKET_STORE_FULL' } });
    expect(await take(store, faster('b', 2))).toBe('new');
    expect(await store.health()).toMatchObject({ status: 'degraded', channels: 2 });
  });

  it('lets one bad message of many that come together harm no other', async () => {
    const store = await open({ prefix });
    await redis.admin.set(`${prefix}foreign`, 'x');
    const channels = ['good 1', 'foreign', 'good 2', 'good 1'];
    const answers = await Promise.allSettled(
      channels.map((channel, nr) => store.take(faster(channel, nr + 1))),
    );

    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect((await find(store, 'good 1'))?.taken).toMatchObject({ count: 2 });
  });

  it('counts a message once whose answer was lost', async () => {
    const store = await open({ timeoutMs: 200 });
    await until(async () => expect(await take(store, faster('a', 1))).toMatch(/new|duplicate/));
    redis.freeze();
    try {
      await expect(store.take(faster('a', 2))).rejects.toThrow('timed out');
    } finally {
      redis.thaw();
    }

    await until(async () => expect(await take(store, faster('a', 2))).toBe('duplicate'));
    await until(async () =>
      expect(await find(store, 'a')).toMatchObject({ taken: { lowWater: 2, count: 2 } }),
    );
  });

  it('puts no event into the outbox when there is nobody to tell', async () => {
    const store = await open({ tellsEvents: false });
    await store.take(launch('a', 1, 'M'));
    expect(await store.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
  });

  it('says what is wrong with a Redis that may forget', async () => {
    const store = await open();
    await redis.admin.config('SET', 'appendonly', 'no');
    try {
      expect(await store.health()).toMatchObject({
        status: 'degraded',
        reason: expect.stringContaining('appendonly is off'),
      });
    } finally {
      await redis.admin.config('SET', 'appendonly', 'yes');
    }
  });

  it('takes nothing while Redis is full, and all of it afterwards', async () => {
    const store = await open();
    await store.take(faster('a', 1));
    const before = await find(store, 'a');
    await redis.admin.config('SET', 'maxmemory', '1');
    try {
      const answers = await Promise.allSettled(
        [faster('a', 2), faster('a', 4), launch('b', 1, 'M')].map((next) => store.take(next)),
      );
      for (const answer of answers)
        expect(answer).toMatchObject({ reason: { message: expect.stringContaining('OOM') } });
    } finally {
      await redis.admin.config('SET', 'maxmemory', '0');
    }

    expect(await find(store, 'a')).toEqual(before);
    expect(await find(store, 'b')).toBeNull();
    expect(await store.outbox.counts()).toEqual({ waiting: 0, dead: 0 });
    for (const next of [faster('a', 2), faster('a', 4), launch('b', 1, 'M')])
      expect(await take(store, next)).toBe('new');
  });
});

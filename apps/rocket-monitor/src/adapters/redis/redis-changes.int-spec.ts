import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestRedis } from '../../../../../test/support/redis.js';
import { until } from '../../../../../test/support/until.js';
import { faster } from '../../rockets/testing/arrivals.js';
import type { RedisRocketStore } from './redis-rocket.store.js';
import { OpenedStores } from './testing/opened-stores.js';

const prefix = 'changes:';
const TOPIC = `${prefix}perigee:changes`;

describe('monitors on one Redis', () => {
  let redis: TestRedis;
  const stores = new OpenedStores();
  let one: RedisRocketStore;
  let other: RedisRocketStore;

  beforeAll(async () => {
    redis = await TestRedis.start();
  });

  afterAll(() => redis.stop());

  beforeEach(async () => {
    await redis.admin.flushall();
    one = await stores.open(redis, { prefix });
    other = await stores.open(redis, { prefix });
  });

  afterEach(() => stores.close());

  /** What a store tells, from the moment on that it hears the others. */
  async function listen(store: RedisRocketStore): Promise<(readonly string[] | null)[]> {
    const told: (readonly string[] | null)[] = [];
    store.onChange((channels) => void told.push(channels));
    await until(() => expect(told).toEqual([null]));
    told.length = 0;
    return told;
  }

  it('hear of what the others take, repetitions and refused bodies included', async () => {
    const told = await listen(other);
    await one.take(faster('a', 1));
    await until(() => expect(told).toEqual([['a']]));

    await one.take(faster('a', 1));
    const rejection = { receivedAtMs: 1, code: 'C', detail: 'D', body: 'x' };
    await one.reject({ ...rejection, channel: 'b' });
    await one.reject({ ...rejection, channel: 'a' });
    await one.take(faster('b "\\\n\u{1F680}', 1));
    await until(() => expect(told).toEqual([['a'], ['a'], ['a'], ['b "\\\n\u{1F680}']]));
    expect(await other.find(['a'])).toEqual(await one.find(['a']));
  });

  it('know their own changes at once, and hear of them once', async () => {
    const told = await listen(one);
    await one.take(faster('own', 1));
    expect(told).toEqual([['own']]);

    await other.take(faster('others', 1));
    await until(() => expect(told).toEqual([['own'], ['others']]));
  });

  it('say that anything may have changed when many have, or the names are long', async () => {
    const told = await listen(other);
    const names = Array.from({ length: 100 }, (_, nr) => `${nr} ${'x'.repeat(250)}`);
    await Promise.all(names.map((name) => one.take(faster(name, 1))));
    await until(() => expect(told).toContain(null));
  });

  it('say that anything may have changed when they were cut off, and hear again', async () => {
    const told = await listen(other);
    await redis.admin.client('KILL', 'TYPE', 'pubsub');
    await until(() => expect(told).toContain(null));

    await one.take(faster('a', 1));
    await until(() => expect(told).toContainEqual(['a']));
  });

  it('tell of what they may have taken when the answer was lost', async () => {
    // From now on Redis knows the script.
    await one.take(faster('before', 1));
    const hasty = await stores.open(redis, { prefix, timeoutMs: 200 });
    const told = await listen(hasty);
    redis.freeze();
    try {
      await expect(hasty.take(faster('a', 1))).rejects.toThrow('timed out');
      expect(told).toEqual([['a']]);
    } finally {
      redis.thaw();
    }
    await until(() => expect(told).toEqual([['a'], ['a']]));
  });

  it('have no connection for it where nobody listens', async () => {
    await listen(other);
    expect(await redis.admin.pubsub('NUMSUB', TOPIC)).toEqual([TOPIC, 1]);
  });
});

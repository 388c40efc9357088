import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { TestRedis } from '../../../../../test/support/redis.js';
import { until } from '../../../../../test/support/until.js';
import { Fleet } from '../../rockets/fleet.js';
import { faster } from '../../rockets/testing/arrivals.js';
import type { RedisRocketStore } from './redis-rocket.store.js';
import { OpenedStores } from './testing/opened-stores.js';

const USER = 'deaf';
const prefix = 'deaf:';

let redis: TestRedis;
const stores = new OpenedStores();
const fleets: Fleet[] = [];

beforeAll(async () => {
  redis = await TestRedis.start();
});

afterEach(async () => {
  for (const fleet of fleets.splice(0)) fleet.onModuleDestroy();
  stores.close();
  await redis.admin.flushall();
});

afterAll(() => redis.stop());

/** A monitor that may do all, but neither publish nor subscribe. */
async function openDeaf(): Promise<RedisRocketStore> {
  await redis.admin.acl('SETUSER', USER, 'reset', 'on', '>pass', '~*', '+@all', 'resetchannels');
  const url = redis.url.replace('//', `//${USER}:pass@`);
  return stores.open(redis, { prefix, url });
}

function fleetOf(store: RedisRocketStore): Fleet {
  const fleet = new Fleet(store, new SystemClock());
  fleets.push(fleet);
  return fleet;
}

const countsOf = async (fleet: Fleet) =>
  Object.fromEntries(
    (await fleet.state()).tracks.map((track) => [
      track.channel,
      track.taken.count + track.duplicateCount + track.rejectedCount,
    ]),
  );

it('a monitor that cannot hear the others lists what they have taken', async () => {
  const [one, deaf] = [await stores.open(redis, { prefix }), await openDeaf()];
  const fleet = fleetOf(deaf);
  expect(await countsOf(fleet)).toEqual({});
  await one.take(faster('a', 1));
  expect(await countsOf(fleet)).toEqual({ a: 1 });

  await one.take(faster('a', 1));
  expect(await countsOf(fleet)).toEqual({ a: 2 });
  await one.reject({ receivedAtMs: 1, code: 'C', channel: 'a', detail: 'D', body: 'x' });
  expect(await countsOf(fleet)).toEqual({ a: 3 });
});

it('a monitor lists what those have taken whom it cannot hear', async () => {
  const [deaf, other] = [await openDeaf(), await stores.open(redis, { prefix })];
  const fleet = fleetOf(other);
  expect(await countsOf(fleet)).toEqual({});

  await deaf.take(faster('a', 1));
  expect(await countsOf(fleet)).toEqual({ a: 1 });
});

it('monitors list at once what any of them has taken', async () => {
  const [one, other] = [await stores.open(redis, { prefix }), await stores.open(redis, { prefix })];
  const fleet = fleetOf(other);
  for (let number = 1; number <= 50; number += 1) {
    await one.take(faster('a', number));
    expect(await countsOf(fleet)).toEqual({ a: number });
  }
});

it('a monitor lists what is there when Redis has lost what was, and counts anew', async () => {
  const [one, other] = [await stores.open(redis, { prefix }), await stores.open(redis, { prefix })];
  const fleet = fleetOf(other);
  for (const number of [1, 2, 3]) await one.take(faster('a', number));
  expect(await countsOf(fleet)).toEqual({ a: 3 });

  await redis.admin.flushall();
  await one.take(faster('b', 1));
  expect(await countsOf(fleet)).toEqual({ b: 1 });
});

it('says that it does not hear the others, until it may', async () => {
  const deaf = await openDeaf();
  expect(await deaf.health()).toMatchObject({ status: 'up' });
  deaf.onChange(() => undefined);
  await until(async () =>
    expect(await deaf.health()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('Other monitors are not heard at once: NOPERM'),
    }),
  );

  await redis.admin.acl('SETUSER', USER, 'allchannels');
  await until(async () => expect(await deaf.health()).toMatchObject({ status: 'up' }), 20_000);
});

it('tells of no channel of which nothing was taken', async () => {
  const store = await stores.open(redis, { prefix, channelsMax: 1 });
  const told: (readonly string[] | null)[] = [];
  store.onChange((channels) => void told.push(channels));
  await until(() => expect(told).toEqual([null]));
  const code = 'ROCKET_STORE_FULL';
  await store.take(faster('a', 1));
  await expect(store.take(faster('b', 1))).rejects.toMatchObject({ code });

  await store.take(faster('a', 1));
  expect(told).toEqual([null, ['a'], ['a']]);
});

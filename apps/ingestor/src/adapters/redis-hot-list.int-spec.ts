import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBatteryText } from '#common/contracts';
import { SystemClock } from '#common/platform';
import { TestRedis } from '../../../../test/support/redis.js';
import { until } from '../../../../test/support/until.js';
import { describeHotList } from '../intake/hot-list.contract.js';
import { HOT_DATABASE, HOT_WAITING_MAX, RedisHotList } from './redis-hot.list.js';

const AT = 1_000_000;
const VOLTS = 5;
const SHIP = 'USS Enterprise';

describe('a RedisHotList', () => {
  let redis: TestRedis;
  const opened: RedisHotList[] = [];

  beforeEach(async () => {
    redis = await TestRedis.start();
    await redis.admin.select(HOT_DATABASE);
  });

  afterEach(async () => {
    for (const hot of opened.splice(0)) await hot.onApplicationShutdown();
    await redis.stop();
  });

  async function open(listMax = 100, shipsMax = 3): Promise<RedisHotList> {
    const hot = new RedisHotList({ url: redis.url, clock: new SystemClock(), listMax, shipsMax });
    opened.push(hot);
    await until(() => expect(hot.health().status).toBe('up'));
    return hot;
  }

  describeHotList(open);

  it('lays the lists out for every reader: database 1, the raw ship name, oldest first', async () => {
    const hot = await open(2);
    for (const text of ['first', 'second']) hot.push(SHIP, AT, VOLTS, text);
    hot.push(SHIP, AT, VOLTS, null);

    const expected = ['second', encodeBatteryText({ generatedAt: AT, volts: VOLTS })];
    await until(async () => expect(await redis.admin.lrange(SHIP, 0, -1)).toEqual(expected));
    expect(await redis.admin.keys('*')).toEqual([SHIP]);
  });

  it('goes on with the lists of its last life, and counts their ships', async () => {
    for (const ship of ['A', 'B', 'C']) await redis.admin.rpush(ship, 'before');
    const hot = await open();
    hot.push('A', AT, VOLTS, 'after');
    hot.push('D', AT, VOLTS, 'after');
    await hot.length('D');

    await until(async () => {
      hot.push('D', AT, VOLTS, 'once more');
      expect(await redis.admin.dbsize()).toBe(3);
    });
    expect(await hot.last('A', 5)).toEqual(['before', 'after']);
  });

  it('drops and counts while Redis is dead, says so, and comes back by itself', async () => {
    const hot = await open();
    await redis.kill();
    hot.push(SHIP, AT, VOLTS, 'lost');
    await until(() =>
      expect(hot.health()).toMatchObject({ status: 'degraded', readings_dropped: 1 }),
    );

    await redis.restart();
    await until(() => expect(hot.health().status).toBe('up'));
    hot.push(SHIP, AT, VOLTS, 'kept');
    expect(await hot.last(SHIP, 5)).toEqual(['kept']);
  });

  it('never waits for a Redis that is silent, and holds no more than its limit', async () => {
    const hot = await open();
    redis.freeze();
    for (let nr = 0; nr < HOT_WAITING_MAX + 10; nr += 1) hot.push(SHIP, AT, VOLTS, null);

    expect(hot.health()).toMatchObject({ readings_waiting: HOT_WAITING_MAX, readings_dropped: 10 });
    await until(() => expect(hot.health().status).toBe('degraded'));
    const beforeMs = performance.now();
    await hot.onApplicationShutdown();
    expect(performance.now() - beforeMs).toBeLessThan(5_000);
  });

  it('says when Redis is full, and counts what it refused', async () => {
    const hot = await open();
    await redis.admin.config('SET', 'maxmemory', '1');
    hot.push(SHIP, AT, VOLTS, 'refused');

    await until(() =>
      expect(hot.health()).toMatchObject({ status: 'degraded', readings_dropped: 1 }),
    );
    await redis.admin.config('SET', 'maxmemory', '0');
    hot.push(SHIP, AT, VOLTS, 'kept');
    await until(() => expect(hot.health().status).toBe('up'));
  });
});

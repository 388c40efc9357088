import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { TestRedis } from '../../../../test/support/redis.js';
import { until } from '../../../../test/support/until.js';
import { checkRedis, type RedisCheck } from './check-redis.js';
import { requestClient } from './redis-clients.js';

describe('the check of a Redis', () => {
  let redis: TestRedis;
  const clients: Redis[] = [];

  beforeEach(async () => {
    redis = await TestRedis.start();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await redis.stop();
  });

  function connect(url = redis.url, faults: Error[] = []): Redis {
    const client = requestClient(url, { name: 'check', onFault: (fault) => faults.push(fault) });
    clients.push(client);
    return client;
  }

  async function check(url?: string): Promise<RedisCheck> {
    const client = connect(url);
    await until(() => expect(client.status).toBe('ready'));
    return checkRedis(client);
  }

  it('takes one that keeps everything for durable', async () => {
    expect(await check()).toEqual({ state: 'durable', reasons: [], runId: expect.any(String) });
  });

  it.each([
    ['appendonly', 'no', 'appendonly is off'],
    ['maxmemory-policy', 'volatile-lru', 'volatile-lru'],
    ['maxmemory', '1000', 'full'],
  ])('finds fault with %s %s', async (name, value, reason) => {
    await redis.admin.config('SET', name, value);
    const { state, reasons } = await check();
    expect(state).toBe('volatile');
    expect(reasons).toEqual([expect.stringContaining(reason)]);
  });

  it('finds fault with one that is too old', async () => {
    const info = async () =>
      'redis_version:6.2.7\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\naof_last_write_status:ok\r\n';
    expect(await checkRedis({ info } as Pick<Redis, 'info'>)).toEqual({
      state: 'volatile',
      reasons: ['Redis 7 or newer is needed, this is 6.2.7'],
      runId: null,
    });
  });

  it('needs no right to CONFIG, and says when it may not even ask INFO', async () => {
    await redis.admin.acl('SETUSER', 'app', 'on', '>pass', '~*', '+@all', '-config');
    await redis.admin.acl('SETUSER', 'less', 'on', '>pass', '~*', '+@all', '-info');

    const url = (user: string): string => redis.url.replace('//', `//${user}:pass@`);
    expect((await check(url('app'))).state).toBe('durable');
    expect(await check(url('less'))).toMatchObject({
      state: 'volatile',
      reasons: [expect.stringContaining('INFO')],
    });
  });

  it('takes one that is dead, or silent, for away, and fails soon', async () => {
    const client = connect();
    await until(() => expect(client.status).toBe('ready'));
    redis.freeze();
    const beforeMs = performance.now();
    expect(await checkRedis(client)).toMatchObject({ state: 'away', runId: null });
    expect(performance.now() - beforeMs).toBeLessThan(2_000);

    redis.thaw();
    await redis.kill();
    await until(async () => expect((await checkRedis(client)).state).toBe('away'));
  });

  it('never repeats a password', async () => {
    const faults: Error[] = [];
    connect(redis.url.replace('//', '//default:secret@').replace('default', 'nobody'), faults);
    await until(() => expect(faults).not.toEqual([]));
    for (const { message, stack } of faults) expect(`${message} ${stack}`).not.toContain('secret');
  });
});

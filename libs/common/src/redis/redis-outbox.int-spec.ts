import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { envelope } from '#common/messaging';
import { describeOutbox } from '../messaging/outbox.contract.js';
import { TestRedis } from '../../../../test/support/redis.js';
import { requestClient } from './redis-clients.js';
import { OUTBOX_LUA } from './redis-outbox.scripts.js';
import { RedisOutbox } from './redis.outbox.js';
import { RedisScript } from './redis-script.js';

const ADD = new RedisScript(`${OUTBOX_LUA} outbox_add(KEYS[1], ARGV[1], ARGV[2])`);
/** Generous: a loaded machine is no fault of the outbox. */
const TIMEOUT_MS = 20_000;

describe('a RedisOutbox', () => {
  let redis: TestRedis;
  let client: Redis;
  let base: string;

  beforeAll(async () => {
    redis = await TestRedis.start();
  });

  afterAll(() => redis.stop());

  beforeEach(async () => {
    base = `outbox ${randomUUID()}`;
    client = requestClient(redis.url, {
      name: 'outbox',
      timeoutMs: TIMEOUT_MS,
      onFault: () => undefined,
    });
    await once(client, 'ready');
  });

  afterEach(() => client.disconnect());

  const add = async (message: { id: string }): Promise<void> => {
    await ADD.run(client, [base], [message.id, JSON.stringify(message)]);
  };

  describeOutbox(async () => ({ outbox: new RedisOutbox(client, base), add }));

  it('keeps one of what is added twice, and nothing at all of what is confirmed', async () => {
    const message = envelope('a.one', { n: 1 });
    await add(message);
    await add(message);
    const outbox = new RedisOutbox(client, base);
    expect(await outbox.counts()).toEqual({ waiting: 1, dead: 0 });

    await outbox.confirm([message.id]);
    expect(await redis.admin.keys(`${base}*`)).toEqual([`${base}:position`]);
  });

  it('holds no ghosts: what was confirmed can neither be postponed nor buried', async () => {
    const outbox = new RedisOutbox(client, base);
    await outbox.postpone(randomUUID(), 0, 'late');
    await outbox.bury(randomUUID(), 'late');

    expect(await outbox.counts()).toEqual({ waiting: 0, dead: 0 });
  });
});

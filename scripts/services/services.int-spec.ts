import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOf } from '#common/embedded';
import { until } from '../../test/support/until.js';
import { type RabbitmqService, startRabbitmq } from './rabbitmq.js';
import { askRedis, askRedisFor } from './redis-question.js';
import { startRedis } from './redis.js';
import { readRunning } from './running.js';
import type { Service } from './service.js';

const KEPT = 'kept over a kill';
const TWO_STARTS_MS = 120_000;

let folder: string;
let redis: Service;
let rabbitmq: RabbitmqService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perigee-services-'));
  [redis, rabbitmq] = await Promise.all([
    startRedis({ folder: join(folder, 'redis') }),
    startRabbitmq({ folder: join(folder, 'rabbitmq') }),
  ]);
}, TWO_STARTS_MS);

afterAll(async () => {
  await Promise.all([redis.stop(), rabbitmq.stop()]);
  await rm(folder, { recursive: true, force: true });
}, TWO_STARTS_MS);

describe('startRedis', () => {
  it('keeps its data over kill -9 and a restart on the same port', async () => {
    const { url, pid } = redis;
    await askRedisFor(url, ['SET', 'ship', KEPT]);
    await redis.kill('SIGKILL');
    await expect(askRedis(url)).rejects.toThrow(/ECONNREFUSED/);
    await redis.restart();
    expect(redis.url).toBe(url);
    expect(redis.pid).not.toBe(pid);
    expect(await askRedisFor(url, ['GET', 'ship'])).toContain(KEPT);
  });

  it('never throws data away for lack of memory', async () => {
    const settings = await askRedisFor(redis.url, ['CONFIG', 'GET', 'maxmemory-policy']);
    expect(settings).toContain('noeviction');
    expect(await askRedisFor(redis.url, ['CONFIG', 'GET', 'appendonly'])).toContain('yes');
  });

  it('refuses whoever has no password', async () => {
    const { host } = new URL(redis.url);
    await expect(askRedis(`redis://${host}`)).rejects.toThrow(/NOAUTH/);
  });

  it('starts again after a freeze', async () => {
    await redis.kill('SIGSTOP');
    await redis.restart();
    await expect(askRedis(redis.url)).resolves.toBeUndefined();
  });

  it('puts an end to a forgotten one in its folder, so that two never share the data', async () => {
    const again = await startRedis({ folder: join(folder, 'redis') });
    expect(await startOf(redis.pid)).toBeNull();
    expect(await askRedisFor(again.url, ['GET', 'ship'])).toContain(KEPT);
    redis = again;
  });

  it('leaves nothing behind when it does not start, and shows the end of the log', async () => {
    const own = join(folder, 'broken');
    const started = startRedis({ folder: own, settings: { 'maxmemory-policy': 'generous' } });
    await expect(started).rejects.toThrow(/Redis ended during its start.*generous/s);
    expect(await readRunning(own)).toBeUndefined();
  });
});

describe('startRabbitmq', () => {
  it('knows one user, who is not guest', async () => {
    const users = await rabbitmq.control('--quiet', 'list_users');
    expect(users.trim().split('\n')).toEqual(['user\ttags', 'perigee\t[administrator]']);
  });

  it('listens to this machine only', async () => {
    const listeners = await rabbitmq.control(
      'eval',
      '[Ip || {listener, _, _, _, Ip, _, _} <- rabbit_networking:active_listeners()].',
    );
    expect(listeners).not.toMatch(/\{0,0,0,0\}|\{0,0,0,0,0,0,0,0\}/);
  });

  it(
    'keeps a confirmed message over kill -9 and a restart on the same port',
    async () => {
      const { url } = rabbitmq;
      await publish(url, KEPT);
      // RabbitMQ 3.10 confirms a new queue before it is on the disk; its messages, only when they are.
      await rabbitmq.control('eval', 'mnesia:sync_log().');
      await rabbitmq.kill('SIGKILL');
      await rabbitmq.restart();
      expect(rabbitmq.url).toBe(url);
      expect(await take(url)).toBe(KEPT);
    },
    TWO_STARTS_MS,
  );

  it('leaves no process, and no crash dump, when it stops', async () => {
    const own = join(folder, 'rabbitmq');
    const processes = (await readRunning(own))?.processes ?? [];
    expect(processes).toHaveLength(2);
    await rabbitmq.stop();
    for (const { pid } of processes) expect(await startOf(pid)).toBeNull();
    expect(await readdir(own)).not.toContain('erl_crash.dump');
    await until(() => expect(rabbitmq.stop()).resolves.toBeUndefined());
  });
});

async function publish(url: string, text: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('contacts', { durable: true });
  channel.sendToQueue('contacts', Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function take(url: string): Promise<string | undefined> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  const message = await channel.get('contacts', { noAck: true });
  await connection.close();
  return message === false ? undefined : message.content.toString();
}

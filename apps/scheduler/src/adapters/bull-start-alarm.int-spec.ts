import { randomUUID } from 'node:crypto';
import { getQueueToken } from '@nestjs/bull';
import { Test } from '@nestjs/testing';
import type { Queue } from 'bull';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { TestRedis } from '../../../../test/support/redis.js';
import { until } from '../../../../test/support/until.js';
import { describeStartAlarm } from '../starts/start-alarm.contract.js';
import { BullStartAlarm } from './bull-start.alarm.js';
import { StartAlarmModule } from './start-alarm.module.js';
import { RINGS_AFTER_MS, START_QUEUE } from './start-jobs.js';

const clock = new SystemClock();
const CLOSE_MS_MAX = 8_000;
const NO_JOBS = { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0, paused: 0 };
const dueIn = (ms: number, id: string = randomUUID(), revision = 1) => ({
  id,
  revision,
  startTime: (clock.nowMs() + ms) * 1_000,
});

describe('a BullStartAlarm', () => {
  let redis: TestRedis;
  let closings: (() => Promise<void>)[];

  beforeEach(async () => {
    closings = [];
    redis = await TestRedis.start();
  });

  afterEach(async () => {
    for (const close of closings) await close();
    await redis.stop();
  });

  /** As the scheduler has it, with Nest's queue, but without the wheel beside it. */
  async function open(url = redis.url) {
    const module = await Test.createTestingModule({
      imports: [StartAlarmModule.forRoot(url)],
    }).compile();
    const app = module.enableShutdownHooks();
    const alarm = app.get(BullStartAlarm);
    const queue = app.get<Queue>(getQueueToken(START_QUEUE));
    let wokenCount = 0;
    alarm.onDue(() => {
      wokenCount += 1;
    });
    await app.init();
    const close = () => app.close();
    closings.push(close);
    return { alarm, queue, close, woken: () => wokenCount };
  }

  async function openWell() {
    const opened = await open();
    await until(() => expect(opened.alarm.health().status).toBe('up'));
    return opened;
  }

  describeStartAlarm(async () => {
    const { alarm } = await openWell();
    return { alarm, nowMs: () => clock.nowMs(), advance: (ms) => clock.sleep(ms) };
  });

  const jobKeys = async () => (await redis.admin.keys('bull:starts:*:*')).toSorted();
  const keyOf = (id: string, revision = 1) => `bull:starts:${id}:${revision}`;

  /** A contact whose job is in Redis. */
  async function setFor(alarm: BullStartAlarm, ms: number) {
    const contact = dueIn(ms);
    alarm.set(contact);
    await until(async () => expect(await jobKeys()).toContain(keyOf(contact.id)));
    return contact;
  }

  it('Q1: sets again what a Redis forgot that was emptied', async () => {
    const { alarm } = await openWell();
    const contact = await setFor(alarm, 60_000);
    await redis.admin.flushall();

    await until(async () => {
      alarm.set(contact);
      expect(await jobKeys()).toEqual([keyOf(contact.id)]);
    }, 10_000);
  });

  it('Q1, Q2: leaves nothing to a Redis that forgets or evicts, says so, and heals', async () => {
    const { alarm } = await openWell();
    await redis.admin.config('SET', 'appendonly', 'no');
    await redis.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await until(() =>
      expect(alarm.health()).toMatchObject({
        status: 'degraded',
        redis: 'volatile',
        reason: expect.stringMatching(/wheel and sweep.*appendonly.*allkeys-lru/),
      }),
    );
    alarm.set(dueIn(60_000));
    expect(alarm.health()).toMatchObject({ jobs_set: 0 });

    await redis.admin.config('SET', 'appendonly', 'yes');
    await redis.admin.config('SET', 'maxmemory-policy', 'noeviction');
    await until(() => expect(alarm.health().status).toBe('up'));
    await setFor(alarm, 60_000);
  });

  it('Q2: takes a job without its data for a failure, and wakes all the same', async () => {
    const { alarm, queue, woken } = await openWell();
    const contact = await setFor(alarm, 1_000);
    await redis.admin.hset(keyOf(contact.id), 'data', '{}');
    const failed = new Promise((resolve) => queue.once('failed', resolve));

    await failed;
    expect(woken()).toBeGreaterThanOrEqual(1);
    await until(async () => expect(await jobKeys()).toEqual([]));
  });

  it('Q3: says so when Redis is full, and nothing that is set fails', async () => {
    const { alarm } = await openWell();
    await redis.admin.config('SET', 'maxmemory', '1');
    alarm.set(dueIn(60_000));

    const full = { status: 'degraded', jobs_set: 0, reason: expect.stringContaining('full') };
    await until(() => expect(alarm.health()).toMatchObject(full));
    await redis.admin.config('SET', 'maxmemory', '0');
    await until(() => expect(alarm.health().status).toBe('up'));
  });

  it('Q4: has one job per revision, whose id tells both', async () => {
    const { alarm } = await openWell();
    const contact = await setFor(alarm, 60_000);
    alarm.set(contact);
    alarm.set({ ...contact, revision: 2 });

    await until(async () => expect(await jobKeys()).toEqual([keyOf(contact.id, 2)]));
  });

  it('Q5: does not mind a job that cannot be removed because it runs', async () => {
    const { alarm } = await openWell();
    const contact = await setFor(alarm, 60_000);
    await redis.admin.set(`${keyOf(contact.id)}:lock`, 'another worker');
    alarm.cancel(contact.id);
    const next = await setFor(alarm, 60_000);

    expect(await jobKeys()).toEqual(
      [keyOf(contact.id), `${keyOf(contact.id)}:lock`, keyOf(next.id)].toSorted(),
    );
    expect(alarm.health().status).toBe('up');
  });

  it('Q8: is due a second after the instant itself, not so long after some reading of a clock', async () => {
    const { alarm } = await openWell();
    const contact = await setFor(alarm, 60_000);

    const { timestamp, delay } = await redis.admin.hgetall(keyOf(contact.id));
    const lateMs = Number(timestamp) + Number(delay) - RINGS_AFTER_MS - contact.startTime / 1_000;
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThanOrEqual(10);
  });

  it('Q10: is set anew after a kill of Redis, and woken by the same worker', async () => {
    const { alarm, woken } = await openWell();
    const kept = await setFor(alarm, 3_000);
    await redis.kill();
    await until(() => expect(alarm.health()).toMatchObject({ status: 'degraded', redis: 'away' }));
    await redis.restart();

    expect(await jobKeys()).toContain(keyOf(kept.id));
    await until(() => expect(alarm.health().status).toBe('up'));
    await until(() => expect(woken()).toBeGreaterThanOrEqual(1), 15_000);
    const before = woken();
    await redis.admin.flushall();
    alarm.set(dueIn(200));
    await until(() => expect(woken()).toBeGreaterThan(before), 10_000);
  });

  it('Q11: leaves no job behind, neither done nor failed', async () => {
    const { alarm, queue, woken } = await openWell();
    for (let ms = 0; ms < 20; ms += 1) alarm.set(dueIn(ms));
    await until(() => expect(woken()).toBe(20));

    await until(async () => expect(await jobKeys()).toEqual([]));
    expect(await queue.getJobCounts()).toEqual(NO_JOBS);
  });

  it('Q6: never gives up a job of which worker after worker died', async () => {
    const { alarm, close } = await openWell();
    const { id } = await setFor(alarm, 60_000);
    await close();
    // Where a worker's death leaves it, for the 500th time.
    const job = `${id}:1`;
    await redis.admin.zrem('bull:starts:delayed', job);
    await redis.admin.rpush('bull:starts:active', job);
    await redis.admin.sadd('bull:starts:stalled', job);
    await redis.admin.hset(keyOf(id), 'stalledCounter', 499);
    await redis.admin.del('bull:starts:stalled-check');

    const second = await openWell();
    await until(() => expect(second.woken()).toBe(1), 10_000);
    await until(async () => expect(await jobKeys()).toEqual([]));
  });

  it('is the alarm of all schedulers: what a dead one set wakes another', async () => {
    const first = await openWell();
    await setFor(first.alarm, 2_000);
    await first.close();
    const second = await openWell();

    await until(() => expect(second.woken()).toBe(1));
    expect(first.woken()).toBe(0);
  });

  it('starts without Redis, and finds it when it comes', async () => {
    await redis.kill();
    const { alarm, woken } = await open();
    alarm.set(dueIn(0));
    expect(alarm.health()).toMatchObject({ status: 'degraded', redis: 'away' });

    await redis.restart();
    await until(() => expect(alarm.health().status).toBe('up'));
    alarm.set(dueIn(100));
    await until(() => expect(woken()).toBe(1), 10_000);
  });

  it.each(['frozen', 'dead', 'well'])(
    'closes within its deadline while Redis is %s',
    async (how) => {
      const { alarm, close } = await openWell();
      for (let nr = 0; nr < 500; nr += 1) alarm.set(dueIn(nr));
      if (how === 'frozen') redis.freeze();
      if (how === 'dead') await redis.kill();

      const beforeMs = performance.now();
      await close();
      expect(performance.now() - beforeMs).toBeLessThan(CLOSE_MS_MAX);
    },
  );

  it('lives, and says so, where its user may not do what Bull does', async () => {
    await redis.admin.acl(
      'SETUSER',
      'narrow',
      'on',
      '>pass',
      '~*',
      '+@all',
      '-client',
      '-subscribe',
    );
    const { alarm } = await open(redis.url.replace('//', '//narrow:pass@'));

    const refused = { status: 'degraded', reason: expect.stringContaining('Jobs are not worked') };
    await until(() => expect(alarm.health()).toMatchObject(refused));
  });

  it('never says the password, also where Redis refuses it', async () => {
    await redis.admin.acl('SETUSER', 'flight', 'on', '>right', '~*', '+@all');
    const { alarm } = await open(redis.url.replace('//', '//flight:wrong-secret@'));

    await until(() =>
      expect(alarm.health()).toMatchObject({ reason: expect.not.stringContaining('yet') }),
    );
    expect(JSON.stringify(alarm.health())).not.toContain('wrong-secret');
  });
});

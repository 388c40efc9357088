import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestRedis } from './support/redis.js';
import { future, SchedulerUnderTest } from './support/scheduler.js';
import { until } from './support/until.js';

const ANSWER_MS_MAX = 5_000;
/** Two sweeps: whoever would start a contact a second time has done so by then. */
const QUIET_MS = 1_000;
const FORGET_EVERY_MS = 500;

describe('the scheduler on Redis', () => {
  let redis: TestRedis;
  let scheduler: SchedulerUnderTest;
  let beside: SchedulerUnderTest | null;

  beforeEach(async () => {
    beside = null;
    redis = await TestRedis.start();
    scheduler = await SchedulerUnderTest.make({ redisUrl: redis.url });
    await isWell();
  });

  afterEach(async () => {
    await beside?.end();
    await scheduler.end();
    await redis.stop();
  });

  const isWell = (): Promise<void> =>
    until(async () => expect(await scheduler.health('alarm')).toMatchObject({ status: 'up' }));

  async function bookAt(start_time: string, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let nr = 0; nr < count; nr += 1)
      ids.push((await scheduler.book({ ship_name: `Ship ${nr}`, start_time, duration: 60 })).id);
    return ids.toSorted();
  }

  const openedIds = (): string[] =>
    [scheduler, ...(beside ? [beside] : [])]
      .flatMap(({ others }) => others.opened.map((open) => open.contact_id))
      .toSorted();

  /** All of them, none twice, none before its time, also some seconds later. */
  async function startedOnce(ids: readonly string[]): Promise<boolean> {
    await until(() => expect(openedIds()).toEqual(ids), 40_000);
    const contacts = await Promise.all(ids.map((id) => scheduler.contact(id)));
    for (const { lateness_ms } of contacts) expect(lateness_ms).toBeGreaterThanOrEqual(0);
    await wait(QUIET_MS);
    expect(openedIds()).toEqual(ids);
    return true;
  }

  it('arms a job whose id the booking told', async () => {
    const { task_id } = await scheduler.book({ start_time: future(30) });
    await until(async () =>
      expect(await redis.admin.zscore('bull:starts:delayed', task_id)).not.toBeNull(),
    );
  });

  it('starts many at one instant, each once, and leaves no job behind', async () => {
    const ids = await bookAt(future(10), 200);
    expect(await startedOnce(ids)).toBe(true);
    await until(async () => expect(await redis.admin.keys('bull:starts:*:*')).toEqual([]));
  });

  it('Q1: loses none and doubles none when Redis forgets everything, again and again', async () => {
    const ids = await bookAt(future(4), 50);
    for (let nr = 0; nr < 8; nr += 1) {
      await redis.admin.flushall();
      await wait(FORGET_EVERY_MS);
    }
    expect(await startedOnce(ids)).toBe(true);
  });

  it('Q1: loses none and doubles none when Redis is killed while they are due', async () => {
    const ids = await bookAt(future(3), 50);
    await until(async () => {
      await redis.kill();
      await redis.restart();
      expect(openedIds()).not.toEqual([]);
    }, 10_000);
    expect(await startedOnce(ids)).toBe(true);
    await isWell();
  });

  it.each(['dead', 'silent'])('books and starts while Redis is %s, and says so', async (how) => {
    if (how === 'dead') await redis.kill();
    else redis.freeze();
    const beforeMs = performance.now();
    const ids = await bookAt(future(3), 10);

    expect(performance.now() - beforeMs).toBeLessThan(ANSWER_MS_MAX);
    expect(await startedOnce(ids)).toBe(true);
    const { status, body } = await scheduler.http.get('/health/ready');
    expect({ status, alarm: body.details.alarm }).toMatchObject({
      status: 200,
      alarm: { status: 'degraded', reason: expect.stringContaining('wheel and sweep') },
    });
  });

  it('shares the work with another: each contact starts once', async () => {
    beside = await SchedulerUnderTest.make({ redisUrl: redis.url, beside: scheduler });
    const ids = await bookAt(future(4), 100);
    expect(await startedOnce(ids)).toBe(true);
  });
});

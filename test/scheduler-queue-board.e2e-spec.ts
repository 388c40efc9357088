import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { createScheduler } from '../apps/scheduler/src/scheduler.app.js';
import { SchedulerConfig } from '../apps/scheduler/src/scheduler.config.js';
import { TestRedis } from './support/redis.js';
import { future, SchedulerUnderTest } from './support/scheduler.js';
import { until } from './support/until.js';

const ON: Partial<SchedulerConfig> = { SCHEDULER_QUEUE_BOARD: 'on' };

describe('the page of queues', () => {
  let redis: TestRedis;
  let scheduler: SchedulerUnderTest | undefined;

  beforeEach(async () => {
    redis = await TestRedis.start();
  });

  afterEach(async () => {
    await scheduler?.end();
    scheduler = undefined;
    await redis.stop();
  });

  const serve = (settings: Partial<SchedulerConfig>): Promise<SchedulerUnderTest> =>
    SchedulerUnderTest.make({ redisUrl: redis.url, settings });

  it('is off unless asked for', async () => {
    scheduler = await serve({});
    const { body } = await scheduler.http.get('/queues').expect(404);
    expect(body).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
  });

  it('needs a Redis to show', async () => {
    const config = Object.assign(new SchedulerConfig(), ON);
    const services = { databaseUrl: 'postgres://nobody@127.0.0.1:1/none', bus: new InProcessBus() };
    await expect(createScheduler(config, services)).rejects.toThrow('SCHEDULER_QUEUE_BOARD');
  });

  it('shows the jobs that wait', async () => {
    scheduler = await serve(ON);
    const { http } = scheduler;
    const page = await http.get('/queues').expect(200);
    expect(page.headers['content-type']).toContain('text/html');
    const { task_id } = await scheduler.book({ start_time: future(30) });
    await until(async () => {
      const { body } = await http.get('/queues/api/queues').query({ activeQueue: 'starts' });
      const [starts] = body.queues;
      expect(starts).toMatchObject({ name: 'starts', readOnlyMode: true });
      expect(starts.counts.delayed).toBe(1);
    });
    const path = `/queues/api/queues/starts/${encodeURIComponent(task_id)}`;
    const { body } = await http.get(path).expect(200);
    expect(body.job).toMatchObject({ id: task_id });
  });

  it.each(['clean/delayed', 'empty', 'pause', 'obliterate'])(
    'does not %s a queue',
    async (action) => {
      scheduler = await serve(ON);
      const { task_id } = await scheduler.book({ start_time: future(30) });
      const isThere = async (): Promise<void> =>
        expect(await redis.admin.zscore('bull:starts:delayed', task_id)).not.toBeNull();
      await until(isThere);
      const { status } = await scheduler.http.put(`/queues/api/queues/starts/${action}`);

      expect(status).toBeGreaterThanOrEqual(400);
      await isThere();
      expect(await redis.admin.exists('bull:starts:meta-paused')).toBe(0);
    },
  );
});

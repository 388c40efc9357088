import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { createScheduler } from '../apps/scheduler/src/scheduler.app.js';
import { SchedulerConfig } from '../apps/scheduler/src/scheduler.config.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { LAUNCH, RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

interface Contacts {
  readonly last: Record<string, unknown> | null;
  readonly next: Record<string, unknown> | null;
}

describe('contacts of rockets', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let scheduler: NestFastifyApplication;
  let monitor: RocketMonitorUnderTest;

  beforeAll(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    const config = Object.assign(new SchedulerConfig(), { LOG_LEVEL: 'silent' });
    scheduler = await createScheduler(config, { bus, databaseUrl: database.url });
    await scheduler.init();
    await scheduler.getHttpAdapter().getInstance().ready();
    monitor = await RocketMonitorUnderTest.start({}, bus);
  });

  afterAll(async () => {
    await monitor.close();
    await scheduler.close();
    await bus.close();
    await database.drop();
  });

  async function book(channel: string, aheadMs: number): Promise<string> {
    const answer = await request(scheduler.getHttpServer())
      .post('/scheduler/')
      .send({
        ship_name: 'USS Enterprise',
        start_time: new Date(Date.now() + aheadMs).toISOString(),
        duration: 3_600,
        channel,
      })
      .expect(201);
    return (answer.body as { id: string }).id;
  }

  async function launched(): Promise<string> {
    const channel = randomUUID();
    await monitor.post(rocketMessage(1, 'RocketLaunched', LAUNCH, { channel }));
    return channel;
  }

  async function contactsOf(channel: string): Promise<Contacts> {
    const rocket = (await monitor.json(`/rockets/${channel}`)) as { contacts: Contacts };
    const listed = (await monitor.json(`/rockets?channel=${channel}`)) as { contacts: Contacts }[];
    expect(listed.map(({ contacts }) => contacts)).toEqual([rocket.contacts]);
    return rocket.contacts;
  }

  it('are the last that was started and the next that is booked', async () => {
    const [channel, other] = [await launched(), await launched()];
    expect(await contactsOf(channel)).toEqual({ last: null, next: null });

    await book(other, 3_600_000);
    await book(channel, 7_200_000);
    const next = await book(channel, 3_600_000);
    expect(await contactsOf(channel)).toMatchObject({
      last: null,
      next: { contact_id: next, state: 'scheduled', revision: 1, duration: 3_600 },
    });

    // Nobody takes it, so it stays where its start has led it.
    const started = await book(channel, 5_000);
    await until(async () =>
      expect(await contactsOf(channel)).toMatchObject({
        last: { contact_id: started },
        next: { contact_id: next },
      }),
    );
  });

  it('make another version of the rocket', async () => {
    const channel = await launched();
    const paths = [`/rockets/${channel}`, `/rockets?channel=${channel}`];
    for (const [nr, path] of paths.entries()) {
      const { etag } = await monitor.get(path);
      const asBefore = { 'if-none-match': etag ?? '' };
      expect((await monitor.get(path, asBefore)).status).toBe(304);
      await book(channel, 3_600_000 / (nr + 1));

      expect((await monitor.get(path, asBefore)).status).toBe(200);
    }
  });

  it('end with the rocket', async () => {
    const channel = await launched();
    await book(channel, 3_600_000);
    await monitor.post(rocketMessage(2, 'RocketExploded', { reason: 'UNKNOWN' }, { channel }));

    await until(async () => expect(await contactsOf(channel)).toEqual({ last: null, next: null }));
  });

  it('are not known where nobody can be asked', async () => {
    const alone = await RocketMonitorUnderTest.start();
    await alone.post(rocketMessage(1, 'RocketLaunched', LAUNCH, { channel: 'falcon' }));
    const deserted = new InProcessBus();
    const left = await RocketMonitorUnderTest.start({}, deserted);
    await left.post(rocketMessage(1, 'RocketLaunched', LAUNCH, { channel: 'falcon' }));

    for (const monitorAlone of [alone, left]) {
      const rocket = await monitorAlone.json('/rockets/falcon');
      expect(rocket).toMatchObject({ channel: 'falcon' });
      expect(rocket).not.toHaveProperty('contacts');
    }
    await alone.close();
    await left.close();
    await deserted.close();
  });
});

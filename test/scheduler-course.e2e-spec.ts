import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aBooking, future, SchedulerUnderTest } from './support/scheduler.js';
import { until } from './support/until.js';

describe('the course of a contact', () => {
  let scheduler: SchedulerUnderTest;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.make();
  });

  afterEach(() => scheduler.end());

  it('starts a contact on time, and follows it to its report', async () => {
    const { id, start_time } = await scheduler.book({ start_time: future(0.3), duration: 1 });
    await until(() => expect(scheduler.others.opened).toHaveLength(1));
    const [open] = scheduler.others.opened;
    expect(open).toMatchObject({ contact_id: id, fence: 1, planned_start: start_time });
    expect(await scheduler.contact(id)).toMatchObject({
      state: 'starting',
      started_at: open!.started_at,
    });
    expect((await scheduler.contact(id)).lateness_ms).toBeGreaterThanOrEqual(0);

    await scheduler.others.publish('contact.started', {
      contact_id: id,
      fence: 1,
      stream_asked_at: future(0),
    });
    expect(await scheduler.contact(id)).toMatchObject({ state: 'active' });
    const end = { contact_id: id, fence: 1, ended_at: '2099-01-01T00:00:00.000Z' };
    await scheduler.others.publish('contact.completed', { ...end, report: { contact_id: id } });
    expect(await scheduler.contact(id)).toMatchObject({
      state: 'completed',
      ended_at: end.ended_at,
      report: { contact_id: id },
    });
  });

  it('starts after a restart what it had armed before', async () => {
    const { id } = await scheduler.book({ start_time: future(1), duration: 5 });
    await scheduler.stop();
    await scheduler.start();
    await until(() => expect(scheduler.others.opened.map((open) => open.contact_id)).toEqual([id]));
  });

  it('says of a contact whose window passed while it was down that it was missed', async () => {
    const { id, start_time } = await scheduler.book({ start_time: future(0.5), duration: 1 });
    await scheduler.stop();
    await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(start_time) + 1_000));
    await scheduler.start();
    await until(async () => expect((await scheduler.contact(id)).state).toBe('missed'));
    expect(scheduler.others.opened).toEqual([]);
  });

  it('stops a contact that runs, and has its reception closed', async () => {
    const { id } = await scheduler.book({ start_time: future(0.2), duration: 60 });
    await until(() => expect(scheduler.others.opened).toHaveLength(1));
    const { body } = await scheduler.http.delete(`/scheduler/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'stopped', end_reason: 'Ended on request' });
    await until(() =>
      expect(scheduler.others.closed).toMatchObject([{ contact_id: id, fence: 1 }]),
    );
  });

  describe('with rockets', () => {
    it("cancels an exploded rocket's contacts, and books no more", async () => {
      const channel = randomUUID();
      const { id } = await scheduler.book({ channel });
      scheduler.others.explosions.set(channel, 'FROZEN_O_RINGS');
      await scheduler.others.publish('rocket.exploded', { channel, reason: 'FROZEN_O_RINGS' });
      expect(await scheduler.contact(id)).toMatchObject({
        state: 'cancelled',
        end_reason: `Rocket ${channel} exploded: FROZEN_O_RINGS`,
      });
      const { body } = await scheduler.http
        .post('/scheduler/')
        .send(aBooking({ channel }))
        .expect(409);
      expect(body).toMatchObject({ code: 'ROCKET_EXPLODED' });
    });

    it('books nothing while nobody can say how the rocket is', async () => {
      await scheduler.others.close();
      const { body } = await scheduler.http
        .post('/scheduler/')
        .send(aBooking({ channel: 'x' }))
        .expect(503);
      expect(body).toMatchObject({ code: 'ROCKET_STATE_UNAVAILABLE' });
      await scheduler.http.get('/scheduler/').expect(200, []);
    });
  });
});

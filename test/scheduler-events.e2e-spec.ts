import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventClient } from './support/event-client.js';
import { SchedulerUnderTest } from './support/scheduler.js';
import { until } from './support/until.js';

describe('the events of the scheduler', () => {
  const schedulers: SchedulerUnderTest[] = [];
  const clients: EventClient[] = [];
  let scheduler: SchedulerUnderTest;
  let url: string;

  beforeEach(async () => {
    scheduler = await SchedulerUnderTest.make();
    schedulers.push(scheduler);
    url = await scheduler.listen();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut();
    for (const one of schedulers.splice(0).toReversed()) await one.end();
  });

  const newClient = (query = '', from = url) => {
    const client = new EventClient(`${from}/scheduler/events${query}`);
    clients.push(client);
    return client;
  };

  const connected = async (query = '', from = url) => {
    const client = newClient(query, from);
    expect((await client.connect()).statusCode).toBe(200);
    await until(() => expect(client.isLive).toBe(true));
    return client;
  };

  const changesOf = (client: EventClient) => client.events.filter(({ name }) => name !== 'live');
  const untilHeard = (client: EventClient, count: number) =>
    until(() => expect(changesOf(client).length).toBeGreaterThanOrEqual(count));
  const cancel = (id: string) => scheduler.http.delete(`/scheduler/${id}`).expect(200);

  it('tell each change with its number, by whom and why', async () => {
    const client = await connected();
    const { id } = await scheduler.book({ antenna: 'Kiruna' });
    await scheduler.http.delete(`/scheduler/${id}?reason=snow`).set('x-requested-by', 'ops');
    await untilHeard(client, 2);

    const [booked, cancelled] = changesOf(client);
    expect(booked).toMatchObject({
      name: 'scheduled',
      id: '1',
      data: { number: 1, contact_id: id, state: 'scheduled', antenna: 'Kiruna', by: 'api' },
    });
    expect(cancelled).toMatchObject({
      name: 'cancelled',
      id: '2',
      data: { number: 2, contact_id: id, state: 'cancelled', by: 'ops', reason: 'snow' },
    });
    expect(client.events[0]).toMatchObject({ name: 'live', id: '0', data: { number: 0 } });
  });

  it('go on behind any event without a gap, also after a restart', async () => {
    for (let count = 0; count < 4; count += 1) await cancel((await scheduler.book()).id);
    const whole = await connected('?last_event_id=0');
    await untilHeard(whole, 8);
    const all = changesOf(whole).map(({ id }) => id);
    expect(all).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    whole.cut();

    await scheduler.stop();
    await scheduler.start();
    url = await scheduler.listen();
    for (const cut of all) {
      const client = newClient();
      client.lastEventId = cut!;
      await client.connect();
      await until(() => expect(client.isLive).toBe(true));
      expect(changesOf(client).map(({ id }) => id)).toEqual(all.slice(Number(cut)));
      client.cut();
    }
  });

  it('are those of all schedulers on one database', async () => {
    const other = await SchedulerUnderTest.make({ beside: scheduler });
    schedulers.push(other);
    const [here, there] = [await connected(), await connected('', await other.listen())];
    const booked = await Promise.all(
      Array.from({ length: 20 }, (_, count) => (count % 2 ? scheduler : other).book()),
    );
    await Promise.all([untilHeard(here, 20), untilHeard(there, 20)]);

    expect(changesOf(here)).toEqual(changesOf(there));
    const told = changesOf(here).map(({ data }) => data['contact_id'] as string);
    expect(told.toSorted()).toEqual(booked.map(({ id }) => id).toSorted());
    const numbers = changesOf(here).map(({ data }) => data['number']);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('are only those that are asked for', async () => {
    const client = await connected('?ship_name=A&ship_name=B&state=cancelled');
    for (const ship_name of ['A', 'B', 'C']) await cancel((await scheduler.book({ ship_name })).id);
    await untilHeard(client, 2);
    expect(changesOf(client).map(({ name, data }) => [name, data['ship_name']])).toEqual([
      ['cancelled', 'A'],
      ['cancelled', 'B'],
    ]);
    const antenna = await connected('?antenna=Kiruna&channel=1');
    await scheduler.book({ antenna: 'Kiruna' });
    await scheduler.book({ antenna: 'Kiruna', channel: '1' });
    await untilHeard(antenna, 1);
    expect(changesOf(antenna)[0]?.data).toMatchObject({ antenna: 'Kiruna', channel: '1' });
  });

  it.each(['last_event_id=x', 'last_event_id=01', 'last_event_id=7', 'state=moved', 'from=1'])(
    'refuse ?%s',
    async (query) => {
      const { body } = await scheduler.http.get(`/scheduler/events?${query}`).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );

  it('have places for so many clients, and give back those of who left', async () => {
    const settings = { SCHEDULER_EVENTS_CLIENTS_MAX: 2 };
    const small = await SchedulerUnderTest.make({ beside: scheduler, settings });
    schedulers.push(small);
    const address = await small.listen();
    const [first] = [await connected('', address), await connected('', address)];
    const { body } = await small.http.get('/scheduler/events').expect(503);
    expect(body).toMatchObject({ code: 'SCHEDULER_EVENTS_FULL' });
    first.cut();
    await until(async () => {
      const late = newClient('', address);
      const { statusCode } = await late.connect();
      expect(statusCode).toBe(200);
    });
  });

  it('reach a client that stopped reading for a while, all of them', async () => {
    const client = await connected();
    client.pause();
    for (let count = 0; count < 10; count += 1) await scheduler.book({ ship_name: `S ${count}` });
    client.resume();
    await untilHeard(client, 10);
    expect(changesOf(client).map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

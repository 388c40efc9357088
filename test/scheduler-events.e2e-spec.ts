import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebhookReceiver } from '../apps/scheduler/src/webhooks/testing/webhook.receiver.js';
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
    expect(told).toHaveLength(20);
    expect(new Set(told)).toEqual(new Set(booked.map(({ id }) => id)));
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
    await scheduler.book({ antenna: 'Svalbard', channel: '1' });
    await scheduler.book({ antenna: 'Kiruna', channel: '1' });
    await untilHeard(antenna, 1);
    expect(changesOf(antenna)[0]?.data).toMatchObject({ antenna: 'Kiruna', channel: '1' });
  });

  it('refuse numbers that are none or were never given, and what they do not know', async () => {
    const queries = ['last_event_id=x', 'last_event_id=01', 'last_event_id=7', 'state=moved'];
    for (const query of [...queries, 'from=1']) {
      const { body } = await scheduler.http.get(`/scheduler/events?${query}`).expect(400);
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED' });
    }
    const given = scheduler.http.get('/scheduler/events').set('last-event-id', '7');
    expect((await given.expect(400)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

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

describe('the webhooks of the scheduler', () => {
  let scheduler: SchedulerUnderTest;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    [scheduler, receiver] = await Promise.all([SchedulerUnderTest.make(), WebhookReceiver.open()]);
  });

  afterEach(async () => {
    await receiver.close();
    await scheduler.end();
  });

  const add = async (given: object = {}) =>
    (
      await scheduler.http
        .post('/webhooks')
        .send({ url: receiver.url, ...given })
        .expect(201)
    ).body;

  it('tell their secret once, and sign with it', async () => {
    const { secret, ...webhook } = await add({ events: ['scheduled'], antenna: 'Kiruna' });
    expect(webhook).toEqual({
      id: expect.any(String),
      url: receiver.url,
      events: ['scheduled'],
      ship_name: null,
      antenna: 'Kiruna',
      state: 'active',
      disabled_reason: null,
      position: 0,
      attempt: 0,
      failing_since: null,
      created_at: expect.stringMatching(/Z$/),
    });
    const { body: shown } = await scheduler.http.get(`/webhooks/${webhook.id}`).expect(200);
    expect(shown).toEqual(webhook);
    expect((await scheduler.http.get('/webhooks/').expect(200)).body).toEqual([webhook]);

    await scheduler.book();
    const { id } = await scheduler.book({ antenna: 'Kiruna' });
    await until(() => expect(receiver.taken).toHaveLength(1));
    const [{ headers, body, message }] = receiver.taken as [(typeof receiver.taken)[number]];
    expect(message).toMatchObject({ type: 'contact.scheduled', data: { contact_id: id } });
    const parts = [headers['webhook-id'], headers['webhook-timestamp'], body];
    const signed = parts.join('.');
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  });

  it('are tried out, changed, and ended', async () => {
    const { id } = await add();
    const { body: tested } = await scheduler.http.post(`/webhooks/${id}/test`).expect(200);
    expect(tested).toMatchObject({ outcome: 'delivered', status: 200, error: null });
    receiver.answering = () => 503;
    await scheduler.http.post(`/webhooks/${id}/test`).expect(200);
    expect(receiver.calls.map(({ message }) => message.type)).toEqual([
      'webhook.test',
      'webhook.test',
    ]);

    const first = await scheduler.http.get(`/webhooks/${id}/deliveries?limit=1`).expect(200);
    expect(first.body).toMatchObject([{ number: null, outcome: 'failed', status: 503 }]);
    const next = /<([^>]+)>/.exec(first.headers['link'] as string)?.[1] ?? '';
    const second = await scheduler.http.get(next).expect(200);
    expect(second.body).toMatchObject([{ outcome: 'delivered', status: 200 }]);
    expect(second.headers['link']).toBeUndefined();

    const change = { state: 'paused', events: ['failed', 'missed'], ship_name: 'Voyager' };
    const { body: changed } = await scheduler.http.patch(`/webhooks/${id}`).send(change);
    expect(changed).toMatchObject(change);
    const { body: back } = await scheduler.http.patch(`/webhooks/${id}`).send({ ship_name: null });
    expect(back).toMatchObject({ ...change, ship_name: null });
    await scheduler.http.delete(`/webhooks/${id}`).expect(204);
    for (const path of [`/webhooks/${id}`, `/webhooks/${id}/deliveries`])
      expect((await scheduler.http.get(path).expect(404)).body.code).toBe('WEBHOOK_NOT_FOUND');
    await scheduler.http.delete(`/webhooks/${id}`).expect(404);
    await scheduler.http.patch(`/webhooks/${id}`).send(change).expect(404);
    await scheduler.http.post(`/webhooks/${id}/test`).expect(404);
  });

  it('refuse what they cannot do, and change nothing then', async () => {
    const refusals: [given: object, field: string][] = [
      [{ url: undefined }, 'url'],
      [{ url: 'http://10.0.0.1/' }, 'url'],
      [{ url: 'ftp://127.0.0.1/' }, 'url'],
      [{ events: ['moved'] }, 'events'],
      [{ events: ['failed', 'failed'] }, 'events'],
      [{ events: null }, 'events'],
      [{ ship_name: '' }, 'ship_name'],
      [{ secret: 'short' }, 'secret'],
      [{ secret: null }, 'secret'],
      [{ state: 'paused' }, 'state'],
      [{ more: 1 }, 'more'],
    ];
    for (const [given, field] of refusals) {
      const asked = { url: receiver.url, ...given };
      const { body } = await scheduler.http.post('/webhooks').send(asked).expect(400);
      expect(body.errors).toMatchObject([{ field }]);
    }
    expect((await scheduler.http.get('/webhooks')).body).toEqual([]);
  });

  it('are a hundred at most', async () => {
    const wish = { url: receiver.url, ship_name: 'nobody' };
    const post = () => scheduler.http.post('/webhooks').send(wish);
    for (let count = 0; count < 98; count += 1) await post().expect(201);
    // Side by side, but fewer than there are connections to the database.
    const answers = await Promise.all([post(), post(), post(), post()]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ body }) => body.code)).toEqual(['WEBHOOKS_FULL', 'WEBHOOKS_FULL']);
  });
});

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import { WebSocket } from 'ws';
import { type TestDatabase, testDatabase } from './support/database.js';
import { EventClient } from './support/event-client.js';
import { ask, opening, openReception, startIngestor } from './support/ingestor.js';
import {
  endOf,
  latestOf,
  listening,
  type Row,
  samplesOf,
  streamOf,
  tellingPacket,
} from './support/ingestor-contact.js';
import { RealtimeTestClient } from './support/realtime-client.js';
import { type FakeStream, FakeShip } from './support/ship.js';
import { until } from './support/until.js';

const CLIENTS_MAX = 2;
const SHIP = 'USS Enterprise';
const POINTS = 'USS~20Enterprise';

/** Longer than any of these tests. */
const CONTACT_SECONDS = 600;

describe('what the ingestor tells while it happens', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;
  let url: string;
  const events: EventClient[] = [];
  const sockets: RealtimeTestClient[] = [];

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    const settings = {
      INGESTOR_EVENTS_CLIENTS_MAX: CLIENTS_MAX,
      INGESTOR_REALTIME_CLIENTS_MAX: CLIENTS_MAX,
    };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
    url = await listening(app);
  });

  afterEach(async () => {
    for (const client of events.splice(0)) client.cut();
    for (const { socket } of sockets.splice(0)) socket.terminate();
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  async function follow(client: EventClient): Promise<EventClient> {
    events.push(client);
    expect((await client.connect()).statusCode).toBe(200);
    await until(() => expect(client.isLive).toBe(true));
    return client;
  }
  const listen = (query = '') => follow(new EventClient(`${url}/events${query}`));

  async function subscribed(...ids: string[]): Promise<RealtimeTestClient> {
    const client = new RealtimeTestClient(`${url.replace('http', 'ws')}/realtime`);
    sockets.push(client);
    await until(() => expect(client.socket.readyState).toBe(WebSocket.OPEN));
    await heard(client, ...ids.map((id) => `subscribe ${id}`));
    return client;
  }

  /** Frames are taken in their order: when the last, which says nothing, is answered, all were. */
  async function heard(client: RealtimeTestClient, ...frames: string[]): Promise<void> {
    const faults = () => client.points.filter(({ error }) => error !== undefined).length;
    const before = faults();
    client.say(...frames, 'are you there?');
    await until(() => expect(faults()).toBe(before + 1));
  }

  const send = (stream: FakeStream, ...numbers: number[]) =>
    ship.send(
      stream,
      numbers.map((number) => tellingPacket(stream, number)),
    );
  const begin = () =>
    opening(CONTACT_SECONDS, { format: 'ccsds', batteries: 2 }, { ship_name: SHIP });

  describe('as events', () => {
    it('is each step of a contact, its samples as they are stored, and its report', async () => {
      const client = await listen();
      const steps = () => client.named('reception').map(({ data }) => data['step']);
      // The ship agrees once the opening was told: a slow client would only hear the next step.
      ship.script.start = () => (steps().includes('opened') ? null : { status: 503, body: {} });
      const command = begin();
      await openReception(bus, command);
      const stream = await ship.nextStream();
      await until(() => expect(steps()).toEqual(['opened', 'streaming']));
      await send(stream, 1, 2, 4, 3);
      await until(() => expectNewest(client, 4));
      const report = await endOf(app, bus, command, stream, 5);
      await until(() => expect(client.named('report')).toHaveLength(1));

      await until(() => expect(steps()).toEqual(['opened', 'streaming', 'ended']));
      for (const { data } of client.named('reception'))
        expect(data).toMatchObject({
          ship: SHIP,
          contact_id: command.contact_id,
          fence: 1,
          format: 'ccsds',
          planned_end: command.planned_end,
        });
      expect(client.named('reception')[1]!.data).toMatchObject({
        apid: stream.request.apid,
        port: stream.request.port,
      });
      expect(samplesTold(client)).toEqual(withShip(await latestOf(app, SHIP)));
      const stored = withShip(await samplesOf(app, SHIP));
      for (const { data } of client.named('sample')) expect(stored).toContainEqual(data);
      expect(client.named('report')[0]!.data).toEqual(inShort(report));
      expect(report).toMatchObject({ closed: true, numbers: { good: 4, missing: 1 } });
    });

    it('goes on behind a cut without a gap, to the same as who was there all the time', async () => {
      const witness = await listen();
      const client = await listen();
      const command = begin();
      const stream = await streamOf(app, bus, ship, command);
      await send(stream, 1, 2);
      await until(() => expectNewest(client, 2));
      client.cut();
      const known = client.events.length;
      await send(stream, 3, 4, 5);
      await until(() => expectNewest(witness, 5));
      await until(async () => expect((await follow(client)).isLive).toBe(true));
      await send(stream, 6, 7);
      const report = await endOf(app, bus, command, stream, 7);
      for (const one of [client, witness]) {
        await until(() => expect(one.named('report').at(-1)?.data).toEqual(inShort(report)));
        await until(() => expectNewest(one, 7));
        await until(() => expect(one.named('reception').at(-1)?.data['step']).toBe('ended'));
      }

      const names = client.events.slice(known).map(({ name }) => name);
      expect(names).not.toContain('gap');
      expect(names).not.toContain('snapshot');
      expect(stateOf(client)).toEqual(stateOf(witness));
      expect(samplesTold(client)).toEqual(withShip(await latestOf(app, SHIP)));
    });

    it('names the gap to a client that knew the ingestor before its restart', async () => {
      const client = await listen();
      const command = begin();
      const stream = await streamOf(app, bus, ship, command);
      await send(stream, 1);
      await until(() => expectNewest(client, 1));
      await app.close();
      await until(() => expect(client.isEnded).toBe(true));
      expect(client.comments).toContain('closing');
      app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url });
      url = await listening(app);
      const again = new EventClient(`${url}/events`);
      again.lastEventId = client.lastEventId;
      await follow(again);

      expect(again.events.slice(0, 2).map(({ name }) => name)).toEqual(['gap', 'snapshot']);
      expect(again.events[0]!.data).toMatchObject({ reason: 'restarted' });
    });

    it('is of the ship and the kind that a client asks for', async () => {
      const [client, all] = [await listen('?ship=Voyager&kind=report'), await listen()];
      const voyager = opening(CONTACT_SECONDS, { format: 'json' }, { ship_name: 'Voyager' });
      for (const command of [begin(), voyager]) {
        const stream = await streamOf(app, bus, ship, command);
        await endOf(app, bus, command, stream, 0);
      }
      await until(() => expect(all.named('report')).toHaveLength(2));
      await until(() => expect(client.named('report')).toHaveLength(1));

      expect(client.events.map(({ name }) => name)).toEqual(['snapshot', 'live', 'report']);
      expect(client.events[2]!.data).toMatchObject({ ship: 'Voyager' });
    });

    it('is for so many clients, and another comes in when one leaves', async () => {
      const clients = [await listen(), await listen()];
      const answer = await fetch(`${url}/events`);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'TELEMETRY_EVENTS_FULL' });

      clients[0]!.cut();
      await until(async () => {
        const next = new EventClient(`${url}/events`);
        events.push(next);
        expect((await next.connect()).statusCode).toBe(200);
      });
    });

    it.each([
      ['kind=rocket', 'kind'],
      [`ship=${'x'.repeat(129)}`, 'ship'],
      ['last_event_id=a&last_event_id=b', 'last_event_id'],
      ['since=1', 'since'],
    ])('is not told to who asks with %s', async (query, field) => {
      const { body } = await ask(app).get(`/events?${query}`).expect(400);

      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
    });
  });

  describe('to Open MCT', () => {
    it('is points of what is subscribed to, with the values of the past', async () => {
      const ids = [`${POINTS}.0.volts`, `${POINTS}.1.mode`];
      const client = await subscribed(...ids, `${POINTS}.9.volts`);
      const command = begin();
      const stream = await streamOf(app, bus, ship, command);
      await send(stream, 1);
      await until(() => expect(pointsOf(client)).toHaveLength(2));
      await send(stream, 2);
      await until(() => expect(pointsOf(client)).toHaveLength(4));
      await heard(client, `unsubscribe ${ids[0]}`);
      await send(stream, 3);
      await until(() => expect(pointsOf(client)).toHaveLength(5));
      await heard(client, `unsubscribe ${ids[1]}`, `subscribe ${ids[0]}`);
      await send(stream, 4);
      await until(() => expect(pointsOf(client)).toHaveLength(6));
      await endOf(app, bus, command, stream, 4);

      const { body: past } = await ask(app).get(`/history/${ids.join()}`).expect(200);
      const [volts, mode] = ids.map((id) => (past as Row[]).filter((point) => point['id'] === id));
      expect([volts!.length, mode!.length]).toEqual([4, 4]);
      expect(inOrder(pointsOf(client))).toEqual(
        inOrder([volts![0]!, volts![1]!, volts![3]!, ...mode!.slice(0, 3)]),
      );
    });

    it('is an error for frames that say nothing, and no more to who goes on with them', async () => {
      const client = await subscribed();
      client.points.length = 0;
      client.say('subscribe nonsense', 'SUBSCRIBE a.0.b', '', `subscribe ${POINTS}.0.volts x`);
      await until(() => expect(client.points).toHaveLength(4));
      for (const point of client.points) expect(point).toEqual({ error: expect.any(String) });

      client.socket.send(Buffer.from(`subscribe ${POINTS}.0.volts`));
      const other = await subscribed();
      other.say('x'.repeat(3_000));
      await until(() => expect([client.closeCode, other.closeCode]).toEqual([1_003, 1_009]));
      const third = await subscribed();
      third.say(...Array.from({ length: 110 }, () => '?'));
      await until(() => expect(third.closeCode).toBe(1_008));
    });

    it.each([
      ['another path', '/events', {}, 400],
      ['a path below', '/realtime/0', {}, 404],
      ['a page of others', '/realtime', { origin: 'https://evil.test' }, 403],
    ])('is not for %s', async (_what, path, headers: Record<string, string>, status) => {
      // Passed over is the offer to upgrade, so that this answers and does not stream.
      const query = path === '/events' ? '?kind=none' : '';
      const client = new RealtimeTestClient(`${url.replace('http', 'ws')}${path}${query}`, headers);
      sockets.push(client);

      await until(() => expect(client.status).toBe(status));
    });

    it('is for so many clients', async () => {
      await subscribed();
      await subscribed();
      const third = new RealtimeTestClient(`${url.replace('http', 'ws')}/realtime`);
      sockets.push(third);

      await until(() => expect(third.status).toBe(503));
    });

    it('ends with the ingestor, in the middle of a contact', async () => {
      const client = await subscribed(`${POINTS}.0.volts`);
      const listener = await listen();
      const command = begin();
      const stream = await streamOf(app, bus, ship, command);
      await send(stream, 1);
      await until(() => expect(pointsOf(client)).toHaveLength(1));
      await app.close();

      await until(() => expect(client.closeCode).toBe(1_001));
      await until(() => expect(listener.isEnded).toBe(true));
    });
  });

  it('is in the history of Open MCT as in the samples, point by point', async () => {
    const command = begin();
    const stream = await streamOf(app, bus, ship, command);
    await send(stream, 5, 1, 2, 90, 3, 3, 70);
    await endOf(app, bus, command, stream, 90);
    const samples = await samplesOf(app, SHIP);
    expect(samples).toHaveLength(12);

    for (const battery of [0, 1])
      for (const field of ['mode', 'volts', 'amperes', 'celsius', 'charge']) {
        const id = `${POINTS}.${battery}.${field}`;
        const { body } = await ask(app).get(`/history/${id}`).expect(200);
        expect(body).toEqual(pointsIn(samples, battery, field));
        const { body: newest } = await ask(app).get(`/history/${id}?strategy=latest`).expect(200);
        expect(newest).toEqual(pointsIn(await latestOf(app, SHIP), battery, field));
      }
    const id = `${POINTS}.1.charge`;
    const { body: part } = await ask(app)
      .get(`/history/${id}?start=2030-01-01T00:00:02Z&end=2030-01-01T00:00:05Z`)
      .expect(200);
    expect(part).toEqual(pointsIn(samples, 1, 'charge').slice(1, 3));
    const { body: ends } = await ask(app).get(`/history/${id}?strategy=minmax&size=2`).expect(200);
    const all = pointsIn(samples, 1, 'charge');
    expect(ends).toEqual([all[0], all.at(-1)]);
  });
});

/** The newest packet that it was told of, of both batteries. */
function expectNewest(client: EventClient, sequence: number): void {
  expect(samplesTold(client).map((sample) => [sample['battery'], sample['sequence']])).toEqual([
    [0, sequence],
    [1, sequence],
  ]);
}

/** What the events leave behind: the last of each thing. */
function stateOf(client: EventClient): Map<string, Row> {
  const state = new Map<string, Row>();
  for (const { name, data } of client.events) {
    if (name === 'snapshot') state.clear();
    if (name === 'sample') state.set(`sample ${data['battery']}`, data);
    if (name === 'reception') state.set(`reception ${data['contact_id']}`, data);
    if (name === 'report') state.set(`report ${data['contact_id']}`, data);
  }
  return state;
}

const samplesTold = (client: EventClient): Row[] =>
  [...stateOf(client)]
    .filter(([key]) => key.startsWith('sample'))
    .map(([, data]) => data)
    .toSorted((one, other) => Number(one['battery']) - Number(other['battery']));

const withShip = (samples: readonly Row[]): Row[] =>
  samples.map((sample) => ({ ship: SHIP, ...sample }));

const inShort = ({ datagrams, numbers, ...report }: ContactReport): Row => ({
  ship: report.ship_name,
  contact_id: report.contact_id,
  revision: report.revision,
  state: report.state,
  closed: report.closed,
  accounting: report.accounting,
  ended_at: report.ended_at,
  received: datagrams.received,
  expected: numbers.expected,
  good: numbers.good,
  missing: numbers.missing,
  samples_stored: report.samples_stored,
});

const pointsOf = ({ points }: RealtimeTestClient): Row[] =>
  points.filter(({ error }) => error === undefined);

const inOrder = (points: readonly Row[]): Row[] =>
  points.toSorted(
    (one, other) =>
      String(one['id']).localeCompare(String(other['id'])) ||
      Number(one['timestamp']) - Number(other['timestamp']),
  );

const pointsIn = (samples: readonly Row[], battery: number, field: string): Row[] =>
  samples
    .filter((sample) => sample['battery'] === battery)
    .map((sample) => ({
      timestamp: Date.parse(String(sample['generated_at'])),
      value: sample[field],
      id: `${POINTS}.${battery}.${field}`,
    }));

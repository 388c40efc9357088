import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, opening } from './support/ingestor.js';
import { IngestorUnderTest, type Row } from './support/ingestor-under-test.js';
import { RealtimeTestClient } from './support/realtime-client.js';
import { type FakeStream, FakeShip } from './support/ship.js';
import { tellingPacket } from './support/telling-packet.js';
import { until } from './support/until.js';

const CLIENTS_MAX = 2;
const SHIP = 'USS Enterprise';
const POINTS = 'USS~20Enterprise';
/** Longer than any of these tests. */
const CONTACT_SECONDS = 600;

describe('what the ingestor tells Open MCT', () => {
  let ship: FakeShip;
  let ingestor: IngestorUnderTest;
  const clients: RealtimeTestClient[] = [];

  beforeEach(async () => {
    ship = new FakeShip();
    await ship.start();
    ingestor = await IngestorUnderTest.start(ship.url, {
      INGESTOR_REALTIME_CLIENTS_MAX: CLIENTS_MAX,
    });
  });

  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await ingestor.close();
    await ship.close();
  });

  async function subscribed(...ids: string[]): Promise<RealtimeTestClient> {
    const client = new RealtimeTestClient(`${ingestor.url.replace('http', 'ws')}/realtime`);
    clients.push(client);
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

  it('is points of what is subscribed to, with the values of the past', async () => {
    const ids = [`${POINTS}.0.volts`, `${POINTS}.1.mode`];
    const client = await subscribed(...ids, `${POINTS}.9.volts`);
    const command = begin();
    const stream = await ingestor.begin(ship, command);
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
    await ingestor.end(command, stream, 4);

    const { body: past } = await ask(ingestor.app).get(`/history/${ids.join()}`).expect(200);
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
    const client = new RealtimeTestClient(
      `${ingestor.url.replace('http', 'ws')}${path}${query}`,
      headers,
    );
    clients.push(client);

    await until(() => expect(client.status).toBe(status));
  });

  it('is for so many clients', async () => {
    await subscribed();
    await subscribed();
    const third = new RealtimeTestClient(`${ingestor.url.replace('http', 'ws')}/realtime`);
    clients.push(third);

    await until(() => expect(third.status).toBe(503));
  });

  it('ends with the ingestor, in the middle of a contact', async () => {
    const client = await subscribed(`${POINTS}.0.volts`);
    const command = begin();
    const stream = await ingestor.begin(ship, command);
    await send(stream, 1);
    await until(() => expect(pointsOf(client)).toHaveLength(1));
    await ingestor.app.close();

    await until(() => expect(client.closeCode).toBe(1_001));
  });

  it('is in the history of Open MCT as in the samples, point by point', async () => {
    const command = begin();
    const stream = await ingestor.begin(ship, command);
    await send(stream, 5, 1, 2, 90, 3, 3, 70);
    await ingestor.end(command, stream, 90);
    const samples = await ingestor.samplesOf(SHIP);
    expect(samples).toHaveLength(12);

    for (const battery of [0, 1])
      for (const field of ['mode', 'volts', 'amperes', 'celsius', 'charge']) {
        const id = `${POINTS}.${battery}.${field}`;
        const { body } = await ask(ingestor.app).get(`/history/${id}`).expect(200);
        expect(body).toEqual(pointsIn(samples, battery, field));
        const { body: newest } = await ask(ingestor.app)
          .get(`/history/${id}?strategy=latest`)
          .expect(200);
        expect(newest).toEqual(pointsIn(await ingestor.latestOf(SHIP), battery, field));
      }
    const id = `${POINTS}.1.charge`;
    const { body: part } = await ask(ingestor.app)
      .get(`/history/${id}?start=2030-01-01T00:00:02Z&end=2030-01-01T00:00:05Z`)
      .expect(200);
    expect(part).toEqual(pointsIn(samples, 1, 'charge').slice(1, 3));
    const { body: ends } = await ask(ingestor.app)
      .get(`/history/${id}?strategy=minmax&size=2`)
      .expect(200);
    const all = pointsIn(samples, 1, 'charge');
    expect(ends).toEqual([all[0], all.at(-1)]);
  });
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

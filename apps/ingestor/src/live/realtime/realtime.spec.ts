import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DRAIN_DEADLINE_MS, HEARTBEAT_MS } from '#common/live';
import { ManualClock } from '#common/platform';
import { RealtimeTestClient } from '../../../../../test/support/realtime-client.js';
import { until } from '../../../../../test/support/until.js';
import { TELL_EVERY_MS } from '../newest-samples.js';
import { SampleFeed } from '../sample-feed.js';
import { type LiveApp, liveApp } from '../testing/live-app.js';
import { START_MS, taken } from '../testing/taken-packets.js';
import { RealtimeServer } from './realtime.server.js';

const CLIENTS_MAX = 2;

describe('the realtime connection', () => {
  let clock: ManualClock;
  let live: LiveApp;
  let feed: SampleFeed;
  const clients: RealtimeTestClient[] = [];

  beforeEach(async () => {
    clock = new ManualClock(new Date(START_MS));
    const settings = { INGESTOR_REALTIME_CLIENTS_MAX: CLIENTS_MAX };
    live = await liveApp({ ...settings, INGESTOR_REALTIME_ORIGINS: 'https://mct.test' }, clock);
    feed = live.app.get(SampleFeed);
  });

  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    await live.app.close();
  });

  const newClient = (headers?: Record<string, string>, path = '/realtime') => {
    const client = new RealtimeTestClient(`ws://127.0.0.1:${live.port}${path}`, headers);
    clients.push(client);
    return client;
  };
  const opened = ({ socket }: RealtimeTestClient) =>
    until(() => expect(socket.readyState).toBe(WebSocket.OPEN));
  const connected = async () => {
    const client = newClient();
    await opened(client);
    return client;
  };
  const take = (number: number, ship = 'A') => {
    feed.offer(taken(number, { ship }));
    clock.advance(TELL_EVERY_MS);
  };

  it('tells the points that were asked for, until they are called off', async () => {
    const client = await connected();
    client.say('subscribe A.0.volts', 'subscribe A.0.mode', 'subscribe USS~20B.0.volts');
    await until(() => expect(feed.wants('USS B')).toBe(true));
    take(1);
    take(2, 'USS B');
    take(3, 'C');

    await until(() => expect(client.points).toHaveLength(3));
    expect(client.points).toEqual([
      { timestamp: START_MS + 10, value: 1, id: 'A.0.volts' },
      { timestamp: START_MS + 10, value: 'idle', id: 'A.0.mode' },
      { timestamp: START_MS + 20, value: 2, id: 'USS~20B.0.volts' },
    ]);
    client.say('unsubscribe A.0.volts', 'unsubscribe A.0.mode');
    await until(() => expect(feed.wants('A')).toBe(false));
    client.socket.close();
    await until(() => expect(feed.wants('USS B')).toBe(false));
  });

  it('says what it does not understand, and bears so much of it', async () => {
    const client = await connected();
    client.say('subscribe nonsense', 'Subscribe A.0.volts', '', 'subscribe A.0.volts B.0.volts');
    await until(() => expect(client.points).toHaveLength(4));
    expect(client.points.every(({ error }) => typeof error === 'string')).toBe(true);

    client.say(...Array.from({ length: 100 }, () => '?'));
    await until(() => expect(client.closeCode).toBe(1_008));
  });

  it('takes a thousand ids of one client', async () => {
    const client = await connected();
    for (let nr = 0; nr <= 1_000; nr += 1) client.say(`subscribe Ship${nr}.0.volts`);

    await until(() => expect(client.points).toHaveLength(1));
    expect(client.points[0]).toMatchObject({ error: expect.stringContaining('1000 ids') });
  });

  it('ends with a client that sends bytes, or too many', async () => {
    const [one, other] = [await connected(), await connected()];
    one.socket.send(Buffer.from('subscribe A.0.volts'));
    other.say('x'.repeat(10_000));

    await until(() => expect([one.closeCode, other.closeCode]).toEqual([1_003, 1_009]));
  });

  it.each([
    ['no page', {}, true],
    ['a page of this machine', { origin: 'http://localhost:8080' }, true],
    ['a page that the operator allows', { origin: 'https://mct.test' }, true],
    ['a page of ours', { origin: 'http://ground.test:8002', host: 'ground.test:8002' }, true],
    ['a page of others', { origin: 'https://evil.test' }, false],
    ['a page of a name that looks like ours', { origin: 'http://localhost.evil.test' }, false],
    ['a page without a name', { origin: 'null' }, false],
  ])('lets in: %s', async (_, headers: Record<string, string>, isAllowed) => {
    const client = newClient(headers);
    if (isAllowed) return opened(client);
    await until(() => expect(client.status).toBe(403));
    const detail = expect.stringContaining('INGESTOR_REALTIME_ORIGINS');
    await until(() => expect(client.problem).toMatchObject({ code: 'FORBIDDEN', detail }));
  });

  it('tells who asks without the offer to upgrade that it takes one', async () => {
    const answer = await fetch(`http://127.0.0.1:${live.port}/realtime`);
    expect(answer.status).toBe(426);
    expect(answer.headers.get('upgrade')).toBe('websocket');
    expect(await answer.json()).toMatchObject({
      code: 'UPGRADE_REQUIRED',
      detail: expect.stringContaining('WebSocket'),
    });
  });

  it('has places for so many clients', async () => {
    const first = await connected();
    await connected();
    const third = newClient();
    await until(() => expect(third.status).toBe(503));

    first.socket.close();
    await until(async () => {
      const next = newClient();
      await until(() => expect(next.status ?? next.socket.readyState).not.toBe(0));
      expect(next.status).toBeNull();
    });
  });

  it('is at its own path alone', async () => {
    const client = newClient({}, '/events/realtime');
    await until(() => expect(client.status).toBe(404));
    // Other offers are passed over, as they would be without us.
    const status = await new Promise((resolve, reject) => {
      const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' };
      request({ port: live.port, path: '/events', method: 'HEAD', headers }, (response) =>
        resolve(response.resume().statusCode),
      )
        .once('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('keeps the latest point of each id, and no more, for a client that does not read', async () => {
    const client = await connected();
    // 300 KB in each step, 60 MB in all, which no socket holds.
    const ship = 'x'.repeat(1_900);
    const batteries = Array.from({ length: 32 }, (_, nr) => nr);
    const fields = ['mode', 'volts', 'amperes', 'celsius', 'charge'];
    const ids = batteries.flatMap((nr) => fields.map((field) => `${ship}.${nr}.${field}`));
    client.say(...ids.map((id) => `subscribe ${id}`), 'subscribe end.0.volts');
    await until(() => expect(feed.wants('end')).toBe(true));
    client.socket.pause();
    const steps = 200;
    for (let number = 1; number <= steps; number += 1) {
      feed.offer(taken(number, { ship, batteries }));
      clock.advance(TELL_EVERY_MS / 2);
      clock.advance(TELL_EVERY_MS / 2);
    }
    client.socket.resume();

    const latest = () => new Map(client.points.map(({ id, value }) => [id, value]));
    await until(() => {
      for (const nr of batteries) expect(latest().get(`${ship}.${nr}.volts`)).toBe(steps);
    });
    expect(client.points.length).toBeLessThan((ids.length * steps) / 2);
  });

  it('lets go of a client that answers no ping', async () => {
    const client = await connected();
    client.say('subscribe A.0.volts');
    await until(() => expect(feed.wants('A')).toBe(true));
    client.socket.pause();
    clock.advance(HEARTBEAT_MS);
    clock.advance(HEARTBEAT_MS);

    await until(() => expect(feed.wants('A')).toBe(false));
  });

  it('keeps a client that answers', async () => {
    const client = await connected();
    let pings = 0;
    client.socket.on('ping', () => (pings += 1));
    for (let beat = 1; beat <= 4; beat += 1) {
      clock.advance(HEARTBEAT_MS);
      await until(() => expect(pings).toBe(beat));
      // The pong is behind what is asked now.
      client.say('?');
      await until(() => expect(client.points).toHaveLength(beat));
    }
    expect(client.closeCode).toBeNull();
    expect(DRAIN_DEADLINE_MS).toBeGreaterThan(HEARTBEAT_MS);
  });

  it('ends when the ingestor stops', async () => {
    const client = await connected();
    live.app.get(RealtimeServer).onModuleDestroy();

    await until(() => expect(client.closeCode).toBe(1_001));
    const late = newClient();
    await until(() => expect(late.status).toBe(503));
  });
});

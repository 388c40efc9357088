import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextFraction, seededRandom } from '#common/domain';
import { EventClient } from './support/event-client.js';
import { LAUNCH, RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

const faster = (channel: string, number: number) =>
  rocketMessage(number, 'RocketSpeedIncreased', { by: 500 }, { channel });
const renamed = (channel: string, number: number, newMission: string) =>
  rocketMessage(number, 'RocketMissionChanged', { newMission }, { channel });

describe('the live events of the rocket monitor', () => {
  let monitor: RocketMonitorUnderTest;
  const clients: EventClient[] = [];

  beforeEach(async () => {
    monitor = await RocketMonitorUnderTest.start({ ROCKET_EVENTS_CLIENTS_MAX: 3 });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut();
    await monitor.close();
  });

  const newClient = (query = '') => {
    const client = new EventClient(`${monitor.url}/rockets/events${query}`);
    clients.push(client);
    return client;
  };

  const connected = async (query = '') => {
    const client = newClient(query);
    expect((await client.connect()).statusCode).toBe(200);
    await until(() => expect(client.isLive).toBe(true));
    return client;
  };

  const stored = async () => {
    const rockets = (await monitor.json('/rockets?limit=1000')) as { channel: string }[];
    return new Map(rockets.map((rocket) => [rocket.channel, rocket]));
  };

  const untilEqual = (client: EventClient) =>
    until(async () => expect(client.rockets).toEqual(await stored()));

  it('begins with all rockets, then tells every change', async () => {
    await monitor.postAll([faster('a', 1), faster('b', 1)]);
    const client = newClient();
    const { headers } = await client.connect();
    await until(() => expect(client.isLive).toBe(true));

    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(client.retryMs).toBe(2_000);
    const names = client.events.map(({ name }) => name);
    expect(names).toEqual(['snapshot', 'rocket', 'rocket', 'live']);
    expect(client.events[0]?.data).toEqual({ rockets: 2 });
    expect(client.events.slice(0, 3).map(({ id }) => id)).toEqual([null, null, null]);
    expect(client.events[3]).toMatchObject({ id: client.lastEventId });
    expect(client.events[3]?.data).toEqual({ position: client.lastEventId });
    expect(client.rockets).toEqual(await stored());

    await monitor.postAll([faster('a', 2), faster('c', 1), renamed('b', 2, 'GEMINI\n\nid: 1')]);
    await untilEqual(client);
    const changes = client.events.slice(4);
    expect(changes.map(({ name, data }) => [name, data['channel']])).toEqual([
      ['rocket', 'a'],
      ['rocket', 'c'],
      ['rocket', 'b'],
    ]);
    expect(changes.map(({ id }) => id?.replace(/^[0-9a-f]{12}-/, ''))).toEqual(['3', '4', '5']);
  });

  it('goes on behind the last event, also when nobody listened meanwhile', async () => {
    await monitor.postAll([faster('a', 1), faster('b', 1)]);
    const client = await connected();
    client.cut();
    await monitor.postAll([faster('b', 2), faster('b', 3), faster('c', 1), faster('b', 4)]);

    const before = client.events.length;
    await client.connect();
    await untilEqual(client);
    const [live, ...changes] = client.events.slice(before);
    expect(live).toMatchObject({ name: 'live' });
    const told = new Set(changes.map(({ name, data }) => `${name} ${String(data['channel'])}`));
    expect(told).toEqual(new Set(['rocket b', 'rocket c']));
    expect(changes).toHaveLength(2);
  });

  it('takes the last event from the query where no header names one', async () => {
    await monitor.post(faster('a', 1));
    const { lastEventId } = await connected();
    await monitor.post(faster('a', 2));

    const client = await connected(`?last_event_id=${lastEventId}`);
    await until(() => expect(client.named('rocket')).toHaveLength(1));
    expect(client.events.map(({ name }) => name)).toEqual(['live', 'rocket']);
    const other = newClient('?last_event_id=nonsense');
    await other.connect({ 'last-event-id': lastEventId });
    await until(() => expect(other.named('rocket')).toHaveLength(1));
    expect(other.named('gap')).toEqual([]);
  });

  it.each([
    ['0123456789ab-1', 'restarted', '0123456789ab-1'],
    ['BOOT-9007199254740991', 'unknown', 'OWN'],
    ['BOOT--1', 'unknown', null],
    ['<nonsense>', 'unknown', null],
    ['x'.repeat(10_000), 'unknown', null],
  ])('names the gap behind %s and begins anew', async (id, reason, from) => {
    await monitor.post(faster('a', 1));
    const { lastEventId } = await connected();
    const [boot = ''] = lastEventId.split('-');
    const client = newClient();
    client.lastEventId = id.replace('BOOT', boot);
    await client.connect();
    await until(() => expect(client.isLive).toBe(true));

    const names = client.events.map(({ name }) => name);
    expect(names).toEqual(['gap', 'snapshot', 'rocket', 'live']);
    const given = from === 'OWN' ? `${boot}-9007199254740991` : from;
    expect(client.events[0]?.data).toEqual({ reason, from: given, to: lastEventId });
  });

  it('names the gap after a restart', async () => {
    await monitor.post(faster('a', 1));
    const client = await connected();
    const { lastEventId } = client;
    await monitor.close();
    await until(() => expect(client.isEnded).toBe(true));
    expect(client.comments).toContain('closing');

    monitor = await RocketMonitorUnderTest.start();
    const later = newClient();
    later.lastEventId = lastEventId;
    await later.connect();
    await until(() => expect(later.isLive).toBe(true));
    expect(later.events[0]).toMatchObject({ name: 'gap', data: { reason: 'restarted' } });
    expect(later.rockets.size).toBe(0);
  });

  it('comes to the state of the store through cuts at any moment', async () => {
    let random = seededRandom(7);
    const pick = (below: number) => {
      const [fraction, next] = nextFraction(random);
      random = next;
      return Math.floor(fraction * below);
    };
    const numbers = Array.from({ length: 12 }, () => 0);
    const client = newClient();
    for (let round = 0; round < 30; round += 1) {
      if (client.isEnded) await client.connect();
      const posts = Array.from({ length: 20 + pick(60) }, () => {
        const rocket = pick(numbers.length);
        numbers[rocket] = (numbers[rocket] ?? 0) + 1;
        return monitor.post(faster(`rocket ${rocket}`, numbers[rocket]));
      });
      await Promise.all(posts.slice(0, pick(posts.length)));
      if (pick(4) > 0) client.cut();
      await Promise.all(posts);
    }
    if (client.isEnded) await client.connect();

    await untilEqual(client);
    expect(client.named('gap')).toEqual([]);
  });

  it('tells a client that stopped reading only the latest of each rocket', async () => {
    // Of a control character JSON makes six: 18 KB for each event, 54 MB for all, which no socket holds.
    const long = '\u0001'.repeat(1_000);
    const channels = Array.from({ length: 10 }, (_, nr) => `rocket ${nr}`);
    for (const channel of channels)
      await monitor.postAll([
        rocketMessage(1, 'RocketLaunched', { ...LAUNCH, type: long, mission: long }, { channel }),
        rocketMessage(2, 'RocketExploded', { reason: long }, { channel }),
      ]);
    const client = await connected();
    client.pause();
    const last = 300;
    for (let number = 3; number <= last; number += 1)
      await Promise.all(channels.map((channel) => monitor.post(faster(channel, number))));

    client.resume();
    await untilEqual(client);
    expect(client.rockets.size).toBe(10);
    expect(client.named('rocket').length).toBeLessThan(5 * last);
  });

  it('follows some rockets only', async () => {
    await monitor.postAll([faster('a', 1), faster('b', 1), faster('c d/é', 1)]);
    const client = await connected('?channel=a&channel=c%20d%2F%C3%A9&channel=later');
    expect(client.events[0]?.data).toEqual({ rockets: 2 });

    const posts = ['b', 'a', 'b', 'later', 'c d/é'].map((name, at) => faster(name, at + 2));
    await monitor.postAll(posts);
    await until(() => expect(client.named('rocket')).toHaveLength(5));
    expect([...client.rockets.keys()]).toEqual(['a', 'c d/é', 'later']);
  });

  it.each([
    ['channel', `?channel=${'x'.repeat(129)}`],
    ['channel', `?${'channel=a&'.repeat(101)}`],
    ['last_event_id', '?last_event_id=a&last_event_id=b'],
    ['view', '?view=exact'],
  ])('refuses a %s that does not fit', async (field, query) => {
    const { status, text: body } = await monitor.get(`/rockets/events${query}`);

    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
  });

  it('has places for so many clients, and gives those of the gone to others', async () => {
    const first = await connected();
    await connected();
    await connected();
    const full = await monitor.get('/rockets/events');

    expect(full.status).toBe(503);
    expect(JSON.parse(full.text)).toMatchObject({ code: 'ROCKET_EVENTS_FULL' });
    first.cut();
    await until(async () => expect((await newClient().connect()).statusCode).toBe(200));
  });

  it('sees that a client is gone whose stream waits behind another', async () => {
    const socket = connect(Number(new URL(monitor.url).port), '127.0.0.1');
    const request = 'GET /rockets/events HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n';
    socket.write(request.repeat(3));
    await until(async () => expect((await monitor.get('/rockets/events')).status).toBe(503));

    socket.destroy();
    for (let place = 0; place < 3; place += 1)
      await until(async () => expect((await newClient().connect()).statusCode).toBe(200));
  });

  it('answers HEAD with the headers alone, and takes no place for it', async () => {
    const request = 'HEAD /rockets/events HTTP/1.1\r\nHost: x\r\n\r\n';
    for (let nr = 0; nr < 5; nr += 1)
      expect(await monitor.raw(request)).toMatch(/^HTTP\/1\.1 200 [^]*text\/event-stream/);
    await connected();
  });

  it('streams to an older client, whose connection ends with the stream', async () => {
    await monitor.post(faster('a', 1));
    const socket = connect(Number(new URL(monitor.url).port), '127.0.0.1');
    socket.write('GET /rockets/events HTTP/1.0\r\n\r\n');
    let all = '';
    socket.setEncoding('utf8').on('data', (part: string) => (all += part));
    await until(() => expect(all).toContain('event: live'));
    await monitor.close();
    await until(() => expect(socket.destroyed).toBe(true));

    expect(all).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nretry: 2000\n\nevent: snapshot\n/);
    expect(all.endsWith(': closing\n\n')).toBe(true);
    monitor = await RocketMonitorUnderTest.start();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { EventClient } from '../../../../test/support/event-client.js';
import { until } from '../../../../test/support/until.js';
import { EventFeed, LINGER_MS } from './event-feed.js';
import { EVENT_KEYS_MAX } from './event-memory.js';
import { EventSink } from './event-sink.js';
import { TELL_EVERY_MS } from './newest-samples.js';
import { SampleFeed } from './sample-feed.js';
import { type LiveApp, liveApp } from './testing/live-app.js';
import { START_MS, taken } from './testing/taken-packets.js';

const CLIENTS_MAX = 2;

describe('the events of the ingestor', () => {
  let clock: ManualClock;
  let live: LiveApp;
  let feed: SampleFeed;
  let sink: EventSink;
  const clients: EventClient[] = [];

  beforeEach(async () => {
    clock = new ManualClock(new Date(START_MS));
    live = await liveApp({ INGESTOR_EVENTS_CLIENTS_MAX: CLIENTS_MAX }, clock);
    feed = live.app.get(SampleFeed);
    sink = live.app.get(EventSink);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut();
    await live.app.close();
  });

  const urlOf = (query: string) => `http://127.0.0.1:${live.port}/events${query}`;
  const newClient = (query = '') => {
    const client = new EventClient(urlOf(query));
    clients.push(client);
    return client;
  };
  const connected = async (query = '', lastEventId = '') => {
    const client = newClient(query);
    client.lastEventId = lastEventId;
    expect((await client.connect()).statusCode).toBe(200);
    await until(() => expect(client.isLive).toBe(true));
    return client;
  };
  /** All of it within one step. */
  const take = (...numbers: number[]) => {
    for (const number of numbers) feed.offer(taken(number));
    clock.advance(TELL_EVERY_MS);
  };
  const sequencesOf = (client: EventClient) =>
    client.named('sample').map(({ data }) => data['sequence']);

  it('tell the newest sample of each battery', async () => {
    const client = await connected();
    take(1, 2, 3);

    await until(() => expect(client.named('sample')).toHaveLength(1));
    expect(client.named('sample')[0]?.data).toEqual({
      ship: 'A',
      contact_id: 'contact of A',
      sequence: 3,
      battery: 0,
      generated_at: '2030-01-01T00:00:00.030Z',
      mode: 'idle',
      volts: 3,
      amperes: 0,
      celsius: 20,
      charge: 50,
      received_at: '2030-01-01T00:00:00.033Z',
    });
  });

  it('begin with the last of each thing, and go on behind the last event', async () => {
    const first = await connected();
    take(1);
    sink.tell('reception', 'c1', { ship: 'A', step: 'opened' });
    sink.tell('reception', 'c1', { ship: 'A', step: 'streaming' });
    await until(() => expect(first.events.at(-1)?.data).toMatchObject({ step: 'streaming' }));
    first.cut();
    take(2);
    take(3);

    const again = await connected('', first.lastEventId);
    await until(() => expect(sequencesOf(again)).toEqual([3]));
    expect(again.events.map(({ name }) => name)).toEqual(['live', 'sample']);
    const fresh = await connected();
    expect(fresh.events.map(({ name }) => name)).toEqual([
      'snapshot',
      'sample',
      'reception',
      'live',
    ]);
    expect(fresh.events[0]?.data).toEqual({ events: 2 });
    expect(fresh.events[2]?.data).toMatchObject({ step: 'streaming' });
  });

  it('name the gap once nobody listened for long', async () => {
    const first = await connected();
    take(1);
    await until(() => expect(first.named('sample')).toHaveLength(1));
    first.cut();
    await until(() => {
      clock.advance(LINGER_MS);
      expect(feed.wants('A')).toBe(false);
    });

    const again = await connected('', first.lastEventId);
    expect(again.events.map(({ name }) => name)).toEqual(['gap', 'snapshot', 'live']);
    expect(again.events[0]?.data).toMatchObject({ reason: 'restarted' });
  });

  it('are those of some ships and kinds only, where they are asked for', async () => {
    const client = await connected('?ship=B&ship=C&kind=sample&kind=alarm');
    feed.offer(taken(1));
    feed.offer(taken(2, { ship: 'B' }));
    clock.advance(TELL_EVERY_MS);
    sink.tell('alarm', 'x', { ship: 'A' });
    sink.tell('report', 'x', { ship: 'C' });
    sink.tell('alarm', 'y', { ship: 'C' });

    await until(() => expect(client.events).toHaveLength(4));
    const told = client.events.slice(2).map(({ name, data }) => [name, data['ship']]);
    expect(told).toEqual([
      ['sample', 'B'],
      ['alarm', 'C'],
    ]);
  });

  it('remember the newest reports, and no more', async () => {
    const max = EVENT_KEYS_MAX.report;
    for (let nr = 0; nr <= max; nr += 1) sink.tell('report', `${nr}`, { ship: 'A', nr });
    sink.tell('report', '1', { ship: 'A', nr: 'again' });

    const client = await connected();
    expect(client.events[0]?.data).toEqual({ events: max });
    const told = new Set(client.named('report').map(({ data }) => data['nr']));
    expect(told.size).toBe(max);
    expect(told.has(0)).toBe(false);
    expect(told.has('again')).toBe(true);
  });

  it.each([
    '?kind=rocket',
    '?kind=',
    `?ship=${'x'.repeat(129)}`,
    '?since=1',
    '?last_event_id=a&last_event_id=b',
  ])('refuse %s', async (query) => {
    const answer = await fetch(urlOf(query));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('have places for so many clients, and none is taken by HEAD', async () => {
    for (let nr = 0; nr <= CLIENTS_MAX; nr += 1) {
      const head = await fetch(urlOf(''), { method: 'HEAD' });
      expect(head.headers.get('content-type')).toContain('text/event-stream');
    }
    const first = await connected();
    await connected();
    const full = await fetch(urlOf(''));
    expect(full.status).toBe(503);
    expect(await full.json()).toMatchObject({ code: 'TELEMETRY_EVENTS_FULL' });

    first.cut();
    await until(async () => expect((await newClient().connect()).statusCode).toBe(200));
  });

  it('end when the ingestor stops', async () => {
    const client = await connected();
    live.app.get(EventFeed).onModuleDestroy();

    await until(() => expect(client.isEnded).toBe(true));
    expect(client.comments).toContain('closing');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { EventClient } from './support/event-client.js';
import { ask, opening, openReception } from './support/ingestor.js';
import { IngestorUnderTest, type Row } from './support/ingestor-under-test.js';
import { type FakeStream, FakeShip } from './support/ship.js';
import { tellingPacket } from './support/telling-packet.js';
import { until } from './support/until.js';

const CLIENTS_MAX = 2;
const SHIP = 'USS Enterprise';

/** Longer than any of these tests. */
const CONTACT_SECONDS = 600;

describe('what the ingestor tells while it happens', () => {
  let ship: FakeShip;
  let ingestor: IngestorUnderTest;
  const clients: EventClient[] = [];

  beforeEach(async () => {
    ship = new FakeShip();
    await ship.start();
    ingestor = await IngestorUnderTest.start(ship.url, {
      INGESTOR_EVENTS_CLIENTS_MAX: CLIENTS_MAX,
    });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.cut();
    await ingestor.close();
    await ship.close();
  });

  async function follow(client: EventClient): Promise<EventClient> {
    clients.push(client);
    expect((await client.connect()).statusCode).toBe(200);
    await until(() => expect(client.isLive).toBe(true));
    return client;
  }
  const listen = (query = '') => follow(new EventClient(`${ingestor.url}/events${query}`));

  const send = (stream: FakeStream, ...numbers: number[]) =>
    ship.send(
      stream,
      numbers.map((number) => tellingPacket(stream, number)),
    );
  const begin = () =>
    opening(CONTACT_SECONDS, { format: 'ccsds', batteries: 2 }, { ship_name: SHIP });

  it('is each step of a contact, its samples as they are stored, and its report', async () => {
    const client = await listen();
    const steps = () => client.named('reception').map(({ data }) => data['step']);
    // The ship agrees once the opening was told: a slow client would only hear the next step.
    ship.script.start = () => (steps().includes('opened') ? null : { status: 503, body: {} });
    const command = begin();
    await openReception(ingestor.bus, command);
    await until(() => expect(steps()).toEqual(['opened', 'streaming']));
    const stream = ship.streams[0]!;
    await send(stream, 1, 2, 4, 3);
    await until(() => expectNewest(client, 4));
    const report = await ingestor.end(command, stream, 5);
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
    expect(samplesTold(client)).toEqual(withShip(await ingestor.latestOf(SHIP)));
    const stored = withShip(await ingestor.samplesOf(SHIP));
    for (const { data } of client.named('sample')) expect(stored).toContainEqual(data);
    expect(client.named('report')[0]!.data).toEqual(inShort(report));
    expect(report).toMatchObject({ closed: true, numbers: { good: 4, missing: 1 } });
  });

  it('goes on behind a cut without a gap, to the same as who was there all the time', async () => {
    const witness = await listen();
    const client = await listen();
    const command = begin();
    const stream = await ingestor.begin(ship, command);
    await send(stream, 1, 2);
    await until(() => expectNewest(client, 2));
    client.cut();
    const known = client.events.length;
    await send(stream, 3, 4, 5);
    await until(() => expectNewest(witness, 5));
    await until(async () => expect((await follow(client)).isLive).toBe(true));
    await send(stream, 6, 7);
    const report = await ingestor.end(command, stream, 7);
    for (const one of [client, witness]) {
      await until(() => expect(one.named('report').at(-1)?.data).toEqual(inShort(report)));
      await until(() => expectNewest(one, 7));
      await until(() => expect(one.named('reception').at(-1)?.data['step']).toBe('ended'));
    }

    const names = client.events.slice(known).map(({ name }) => name);
    expect(names).not.toContain('gap');
    expect(names).not.toContain('snapshot');
    expect(stateOf(client)).toEqual(stateOf(witness));
    expect(samplesTold(client)).toEqual(withShip(await ingestor.latestOf(SHIP)));
  });

  it('names the gap to a client that knew the ingestor before its restart', async () => {
    const client = await listen();
    const command = begin();
    const stream = await ingestor.begin(ship, command);
    await send(stream, 1);
    await until(() => expectNewest(client, 1));
    await ingestor.app.close();
    await until(() => expect(client.isEnded).toBe(true));
    expect(client.comments).toContain('closing');
    await ingestor.start();
    const again = new EventClient(`${ingestor.url}/events`);
    again.lastEventId = client.lastEventId;
    await follow(again);

    expect(again.events.slice(0, 2).map(({ name }) => name)).toEqual(['gap', 'snapshot']);
    expect(again.events[0]!.data).toMatchObject({ reason: 'restarted' });
  });

  it('is of the ship and the kind that a client asks for', async () => {
    const [client, all] = [await listen('?ship=Voyager&kind=report'), await listen()];
    const voyager = opening(CONTACT_SECONDS, { format: 'json' }, { ship_name: 'Voyager' });
    for (const command of [begin(), voyager]) {
      const stream = await ingestor.begin(ship, command);
      await ingestor.end(command, stream, 0);
    }
    await until(() => expect(all.named('report')).toHaveLength(2));
    await until(() => expect(client.named('report')).toHaveLength(1));

    expect(client.events.map(({ name }) => name)).toEqual(['snapshot', 'live', 'report']);
    expect(client.events[2]!.data).toMatchObject({ ship: 'Voyager' });
  });

  it('is for so many clients, and another comes in when one leaves', async () => {
    const [first] = [await listen(), await listen()];
    const answer = await fetch(`${ingestor.url}/events`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: 'TELEMETRY_EVENTS_FULL' });

    first!.cut();
    await until(async () => {
      const next = new EventClient(`${ingestor.url}/events`);
      clients.push(next);
      expect((await next.connect()).statusCode).toBe(200);
    });
  });

  it.each([
    ['kind=rocket', 'kind'],
    [`ship=${'x'.repeat(129)}`, 'ship'],
    ['last_event_id=a&last_event_id=b', 'last_event_id'],
    ['since=1', 'since'],
  ])('is not told to who asks with %s', async (query, field) => {
    const { body } = await ask(ingestor.app).get(`/events?${query}`).expect(400);

    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field }] });
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
    if (name === 'sample') state.set(`sample ${String(data['battery'])}`, data);
    if (name === 'reception') state.set(`reception ${String(data['contact_id'])}`, data);
    if (name === 'report') state.set(`report ${String(data['contact_id'])}`, data);
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

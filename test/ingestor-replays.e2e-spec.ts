import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UdpInbox } from '../apps/ingestor/src/replays/testing/udp-inbox.js';
import type { ContactReport } from '#common/contracts';
import { EventClient } from './support/event-client.js';
import { faultyContact, GOOD, LAST } from './support/faulty-contact.js';
import { ask, opening, reportOf } from './support/ingestor.js';
import { IngestorUnderTest, type Row } from './support/ingestor-under-test.js';
import { FakeShip } from './support/ship.js';
import { tellingPacket } from './support/telling-packet.js';
import { until } from './support/until.js';

const SHIP = 'USS Enterprise';
const CONTACT_SECONDS = 600;
/** A packet of a second each: two minutes and a half are through in a fifth of a second. */
const SPEED = 1_000;

interface ReplayReport extends Pick<ContactReport, 'datagrams' | 'numbers' | 'samples_stored'> {
  readonly state: string;
}

describe('a stored contact once more', () => {
  let ship: FakeShip;
  let ingestor: IngestorUnderTest;
  let first: ContactReport;
  let samples: Row[];

  beforeAll(async () => {
    ship = new FakeShip();
    await ship.start();
    ingestor = await IngestorUnderTest.start(ship.url);
    first = await faultyContact(ingestor, ship, SHIP);
    samples = await ingestor.samplesOf(SHIP);
  });

  afterAll(async () => {
    await ingestor.close();
    await ship.close();
  });

  const post = (contactId: string, body: object) =>
    ask(ingestor.app).post(`/contacts/${contactId}/replays`).send(body);

  async function replayed(to: object, speed = SPEED): Promise<string> {
    const { body } = await post(first.contact_id, { speed, to }).expect(201);
    return (body as { id: string }).id;
  }

  async function replayReport(id: string): Promise<ReplayReport> {
    let report: ReplayReport | null = null;
    await until(async () => {
      report = (await ask(ingestor.app).get(`/replays/${id}/report`).expect(200))
        .body as ReplayReport;
      expect(report.state).toBe('completed');
    });
    return report!;
  }

  it('was with faults', () => {
    expect(first).toMatchObject({
      closed: true,
      datagrams: { good: GOOD.length, duplicates: 10, corrupt: 1, late: 10, control: 3 },
      numbers: {
        expected: LAST,
        good: GOOD.length,
        missing: LAST - GOOD.length,
        missing_ranges: [
          { from: 7, to: 7, cause: 'lost' },
          { from: 20, to: 24, cause: 'lost' },
          { from: 60, to: 60, cause: 'corrupt' },
          { from: 149, to: 150, cause: 'lost' },
        ],
      },
      samples_stored: 2 * GOOD.length,
    });
    expect(samples).toHaveLength(2 * GOOD.length);
  });

  it('has the same account over a packet that the ship says it never sent', async () => {
    const command = opening(CONTACT_SECONDS, { format: 'ccsds' }, { ship_name: 'Voyager' });
    const stream = await ingestor.begin(ship, command);
    await ship.send(
      stream,
      [1, 2, 150_000_000, 4].map((number) => ship.packet(stream, number)),
    );
    const report = await ingestor.end(command, stream, 4);
    expect(report).toMatchObject({
      closed: true,
      datagrams: { received: 4 + 3, good: 3, rejected: { 'after-end': 1 } },
      numbers: { expected: 4, good: 3, missing_ranges: [{ from: 3, to: 3, cause: 'lost' }] },
    });

    const { body } = await post(command.contact_id, { speed: SPEED, to: { events: true } });
    const { datagrams, numbers } = await replayReport((body as { id: string }).id);
    expect(datagrams).toMatchObject({ received: 4, good: 3, rejected: { 'after-end': 1 } });
    expect(numbers).toEqual(report.numbers);
  });

  it('keeps what it has where the ship does not name its last number', async () => {
    const command = opening(CONTACT_SECONDS, { format: 'ccsds' }, { ship_name: 'Voyager' });
    const stream = await ingestor.begin(ship, command);
    await ship.send(
      stream,
      [101, 102].map((number) => ship.packet(stream, number)),
    );
    ship.script.stop = () => ({ status: 200, body: { message: 'Communication stopped', sent: 2 } });
    const report = await ingestor.end(command, stream, 102);
    delete ship.script.stop;
    expect(report).toMatchObject({ closed: false, datagrams: { good: 2, rejected: {} } });
  });

  it('is events with the values and the times of then', async () => {
    const client = new EventClient(`${ingestor.url}/events?kind=replay`);
    await client.connect();
    await until(() => expect(client.isLive).toBe(true));
    const id = await replayed({ events: true });
    const report = await replayReport(id);
    const last = samples.slice(-2);
    await until(() =>
      expect(
        toldOf(client, id)
          .slice(-2)
          .map((data) => data['sequence']),
      ).toEqual([148, 148]),
    );
    client.cut();

    expect(report.numbers).toEqual(first.numbers);
    expect(report.samples_stored).toBe(first.samples_stored);
    const marks = { replay: true, replay_id: id, ship: SHIP };
    const told = toldOf(client, id);
    const stored = samples.map((sample) => ({ ...marks, ...sample }));
    for (const data of told) expect(stored).toContainEqual(data);
    expect(told.slice(-2)).toEqual(last.map((sample) => ({ ...marks, ...sample })));
    const times = told.map((data) => Date.parse(String(data['generated_at'])));
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('is datagrams as they were received, each once and in order', async () => {
    const inbox = new UdpInbox();
    const port = await inbox.open();
    const id = await replayed({ udp: { host: '127.0.0.1', port } });
    const report = await replayReport(id);
    await until(() => expect(inbox.datagrams).toHaveLength(GOOD.length + 3));
    inbox.close();

    expect(report).toMatchObject({
      datagrams: { received: GOOD.length, good: GOOD.length, duplicates: 0, late: 0 },
      numbers: first.numbers,
      samples_stored: first.samples_stored,
    });
    const [stream] = ship.streams;
    expect(inbox.datagrams.slice(0, GOOD.length)).toEqual(
      GOOD.map((nr) => tellingPacket(stream!, nr)),
    );
    const { body } = await ask(ingestor.app).get('/replays').expect(200);
    expect(body[0]).toMatchObject({
      id,
      replay_of: first.contact_id,
      state: 'completed',
      packets: GOOD.length,
      sent: GOOD.length,
      refused: 0,
      fault: null,
    });
  });

  it('is not taken for the ship where the ship is heard, under an APID of its own', async () => {
    const other = new FakeShip();
    await other.start();
    const second = await IngestorUnderTest.start(other.url);
    const command = opening(CONTACT_SECONDS, { format: 'ccsds' }, { ship_name: SHIP });
    const stream = await second.begin(other, command);
    const { host, port } = stream.request;
    await other.send(stream, [tellingPacket(stream, 1)]);
    await replayReport(await replayed({ udp: { host, port, apid: 1_791 } }));
    await until(async () => {
      const { body } = await ask(second.app).get('/health/ready').expect(200);
      const strays = { unknown_apid: GOOD.length + 3 };
      expect(body.details.receptions.stray_datagrams).toEqual(strays);
    });

    expect(await second.end(command, stream, 1)).toMatchObject({
      closed: true,
      datagrams: { received: 4, good: 1, control: 3, rejected: {} },
      numbers: { expected: 1, good: 1, missing: 0 },
    });
    await second.close();
    await other.close();
  });

  it('leaves the contact, its samples and the count of them as they were', async () => {
    await replayReport(await replayed({ events: true }, 0));

    expect(await reportOf(ingestor.app, first)).toEqual(first);
    expect(await ingestor.samplesOf(SHIP)).toEqual(samples);
    const { body } = await ask(ingestor.app).get('/ships').expect(200);
    expect(body).toContainEqual(expect.objectContaining({ name: SHIP, samples: samples.length }));
  });

  it('is stopped where it is, and accounts for what it did not send', async () => {
    const id = await replayed({ events: true }, 0.001);
    await until(async () => {
      const { body } = await ask(ingestor.app).get(`/replays/${id}`).expect(200);
      expect(body.sent).toBeGreaterThan(0);
    });
    const { body: stopped } = await ask(ingestor.app).delete(`/replays/${id}`).expect(200);
    expect(stopped).toMatchObject({ state: 'stopped', packets: GOOD.length });
    const { body: report } = await ask(ingestor.app).get(`/replays/${id}/report`).expect(200);

    const { expected, good, missing } = report.numbers;
    expect([expected, good + missing, good]).toEqual([LAST, LAST, stopped.sent]);
    expect(good).toBeLessThan(GOOD.length);
  });

  it.each([
    [{ to: {} }, 400, 'VALIDATION_FAILED'],
    [{ to: { events: true, udp: { host: '127.0.0.1', port: 9 } } }, 400, 'VALIDATION_FAILED'],
    [{ speed: -1, to: { events: true } }, 400, 'VALIDATION_FAILED'],
    [{ speed: 1_001, to: { events: true } }, 400, 'VALIDATION_FAILED'],
    [{ to: { udp: { host: '192.0.2.1', port: 10_100 } } }, 400, 'STREAM_TARGET_REFUSED'],
    [{ to: { udp: { host: '127.0.0.1', port: 22_000 } } }, 400, 'STREAM_TARGET_REFUSED'],
  ])('is not played for %j', async (request, status, code) => {
    const { body: before } = await ask(ingestor.app).get('/replays').expect(200);
    const { body } = await post(first.contact_id, request).expect(status);

    expect(body).toMatchObject({ code });
    expect((await ask(ingestor.app).get('/replays').expect(200)).body).toEqual(before);
  });

  it('is of the last start of a contact, as its report is', async () => {
    const command = opening(CONTACT_SECONDS, { format: 'ccsds' }, { ship_name: 'Discovery' });
    const before = await ingestor.begin(ship, command);
    for (const nr of [1, 2, 3, 4]) await ship.send(before, [tellingPacket(before, nr)]);
    await until(async () => expect(await ingestor.samplesOf('Discovery')).toHaveLength(8));
    const again = { ...command, fence: 2 };
    const stream = await ingestor.begin(ship, again);
    for (const nr of [1, 3]) await ship.send(stream, [tellingPacket(stream, nr)]);
    const told = await ingestor.end(again, stream, 3);
    const { body } = await post(command.contact_id, { speed: 0, to: { events: true } }).expect(201);
    const report = await replayReport(body.id);

    expect(told.numbers).toMatchObject({ expected: 3, good: 2, missing: 1 });
    expect(report.numbers).toEqual(told.numbers);
    expect(report.samples_stored).toBe(told.samples_stored);
  });

  it('is of a contact that has ended', async () => {
    const { body } = await post(randomUUID(), { to: { events: true } }).expect(404);
    expect(body).toMatchObject({ code: 'REPORT_NOT_FOUND' });
    const { body: none } = await ask(ingestor.app)
      .get(`/replays/${randomUUID()}/report`)
      .expect(404);
    expect(none).toMatchObject({ code: 'REPLAY_NOT_FOUND' });
  });
});

const toldOf = (client: EventClient, replayId: string): Row[] =>
  client
    .named('replay')
    .map(({ data }) => data)
    .filter((data) => data['replay_id'] === replayId);

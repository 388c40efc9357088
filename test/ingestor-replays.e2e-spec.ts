import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UdpInbox } from '../apps/ingestor/src/replays/testing/udp-inbox.js';
import type { ContactReport } from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import { type TestDatabase, testDatabase } from './support/database.js';
import { EventClient } from './support/event-client.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  reportOf,
  startIngestor,
} from './support/ingestor.js';
import {
  endOf,
  listening,
  type Row,
  samplesOf,
  streamOf,
  tellingPacket,
} from './support/ingestor-contact.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

/** Longer than any of these tests. */
const CONTACT_SECONDS = 600;
/** A packet of a second each: two minutes and a half are through in a fifth of a second. */
const SPEED = 1_000;
const LAST = 150;
const SHIP = 'USS Enterprise';

const isIn = (from: number, to: number) => (number: number) => number >= from && number <= to;
const LOST = [isIn(7, 7), isIn(20, 24), isIn(149, LAST)];
const DAMAGED = isIn(60, 60);
const SENT = Array.from({ length: LAST }, (_, at) => at + 1);
const GOOD = SENT.filter((nr) => ![...LOST, DAMAGED].some((lacks) => lacks(nr)));

interface ReplayReport extends Pick<ContactReport, 'datagrams' | 'numbers' | 'samples_stored'> {
  readonly state: string;
}

describe('a stored contact once more', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;
  let url: string;
  /** With losses, damage, duplicates and packets that overtook others. */
  let first: ContactReport;
  let samples: Row[];

  beforeAll(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url });
    url = await listening(app);
    first = await recorded();
    samples = await samplesOf(app, SHIP);
  });

  afterAll(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  async function recorded(): Promise<ContactReport> {
    const command = opening(CONTACT_SECONDS, { format: 'ccsds' }, { ship_name: SHIP });
    const stream = await streamOf(app, bus, ship, command);
    const order = [...GOOD.slice(0, 30), ...GOOD.slice(40, 50), ...GOOD.slice(30, 40)];
    const numbers = [...order, ...GOOD.slice(45, 55), ...GOOD.slice(50)];
    const damaged = tellingPacket(stream, 60);
    damaged[22]! ^= 0x10;
    for (const nr of numbers) await ship.send(stream, [tellingPacket(stream, nr)]);
    await ship.send(stream, [damaged]);
    return endOf(app, bus, command, stream, LAST);
  }

  const post = (contactId: string, body: object) =>
    ask(app).post(`/contacts/${contactId}/replays`).send(body);

  async function replayed(to: object, speed = SPEED): Promise<string> {
    const { body } = await post(first.contact_id, { speed, to }).expect(201);
    return (body as { id: string }).id;
  }

  async function replayReport(id: string): Promise<ReplayReport> {
    let report: ReplayReport | null = null;
    await until(async () => {
      report = (await ask(app).get(`/replays/${id}/report`).expect(200)).body as ReplayReport;
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

  it('is events with the values and the times of then', async () => {
    const client = new EventClient(`${url}/events?kind=replay`);
    await client.connect();
    await until(() => expect(client.isLive).toBe(true));
    const id = await replayed({ events: true });
    const report = await replayReport(id);
    const last = samples.slice(-2);
    await until(() =>
      expect(client.events.slice(-2).map(({ data }) => data['sequence'])).toEqual([148, 148]),
    );
    client.cut();

    expect(report.numbers).toEqual(first.numbers);
    expect(report.samples_stored).toBe(first.samples_stored);
    const marks = { replay: true, replay_id: id, ship: SHIP };
    const told = client.named('replay').map(({ data }) => data);
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
    const { body } = await ask(app).get('/replays').expect(200);
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

  it('leaves the contact, its samples and the count of them as they were', async () => {
    await replayReport(await replayed({ events: true }, 0));

    expect(await reportOf(app, first)).toEqual(first);
    expect(await samplesOf(app, SHIP)).toEqual(samples);
    const { body } = await ask(app).get('/ships').expect(200);
    expect(body).toEqual([expect.objectContaining({ name: SHIP, samples: samples.length })]);
  });

  it('is stopped where it is, and accounts for what it did not send', async () => {
    const id = await replayed({ events: true }, 0.001);
    await until(async () => {
      const { body } = await ask(app).get(`/replays/${id}`).expect(200);
      expect(body.sent).toBeGreaterThan(0);
    });
    const { body: stopped } = await ask(app).delete(`/replays/${id}`).expect(200);
    expect(stopped).toMatchObject({ state: 'stopped', packets: GOOD.length });
    const { body: report } = await ask(app).get(`/replays/${id}/report`).expect(200);

    const { expected, good, missing } = report.numbers;
    expect([expected, good + missing, good]).toEqual([LAST, LAST, stopped.sent]);
    expect(good).toBeLessThan(GOOD.length);
  });

  it.each([
    [{ to: {} }, 400, 'VALIDATION_FAILED'],
    [{ to: { events: true, udp: { host: '127.0.0.1', port: 9 } } }, 400, 'VALIDATION_FAILED'],
    [{ speed: -1, to: { events: true } }, 400, 'VALIDATION_FAILED'],
    [{ speed: 1_001, to: { events: true } }, 400, 'VALIDATION_FAILED'],
    [{ to: { udp: { host: '192.0.2.1', port: 10_016 } } }, 400, 'STREAM_TARGET_REFUSED'],
  ])('is not played for %j', async (request, status, code) => {
    const { body: before } = await ask(app).get('/replays').expect(200);
    const { body } = await post(first.contact_id, request).expect(status);

    expect(body).toMatchObject({ code });
    expect((await ask(app).get('/replays').expect(200)).body).toEqual(before);
  });

  it('is of a contact that has ended', async () => {
    const { body } = await post(randomUUID(), { to: { events: true } }).expect(404);
    expect(body).toMatchObject({ code: 'REPORT_NOT_FOUND' });
    const { body: none } = await ask(app).get(`/replays/${randomUUID()}/report`).expect(404);
    expect(none).toMatchObject({ code: 'REPLAY_NOT_FOUND' });
  });

  describe('as a ship', () => {
    let others: TestDatabase;
    let otherBus: InProcessBus;
    let second: NestFastifyApplication;
    let shipUrl: string;

    beforeEach(async () => {
      others = await testDatabase();
      otherBus = new InProcessBus();
    });

    afterEach(async () => {
      await second.close();
      await otherBus.close();
      await others.drop();
    });

    async function hold(contactId: string, command: OpenCommand): Promise<ContactReport> {
      shipUrl = `${url}/replays/${contactId}`;
      second = await startIngestor({ bus: otherBus, databaseUrl: others.url, shipUrl });
      await openReception(otherBus, command);
      await until(async () => {
        const { body } = await ask(second).get('/receptions').expect(200);
        expect(body).toEqual([expect.objectContaining({ is_streaming: true })]);
      });
      // Whoever is stopped sends no more: all of it must be on its way.
      await until(async () => {
        const { body } = await ask(app).get(`/replays/${contactId}/stream`).expect(200);
        expect(body).toEqual({ number_of_active_streams: 0 });
      });
      await closeReception(otherBus, { ...command, reason: 'enough' });
      return reportOf(second, command);
    }

    /** All that the ship said, and nothing of how it was received. */
    const said = (all: readonly Row[]): Row[] =>
      all.map(({ contact_id: _, received_at: __, ...sample }) => sample);

    it('gives another ingestor the same numbers and the same samples', async () => {
      const stream = { format: 'ccsds', interval: 0 } as const;
      const report = await hold(
        first.contact_id,
        opening(CONTACT_SECONDS, stream, { ship_name: SHIP }),
      );

      expect(report).toMatchObject({
        closed: true,
        accounting: 'sequence',
        first_sequence: first.first_sequence,
        last_sequence: first.last_sequence,
        datagrams: { good: GOOD.length, duplicates: 0, corrupt: 0, late: 0, control: 3 },
        numbers: {
          expected: first.numbers.expected,
          good: first.numbers.good,
          missing: first.numbers.missing,
          missing_ranges: first.numbers.missing_ranges.map((range) => ({
            ...range,
            cause: 'lost',
          })),
        },
        samples_stored: first.samples_stored,
      });
      expect(said(await samplesOf(second, SHIP))).toEqual(said(samples));
    });

    it('gives a contact without numbers once more, too', async () => {
      const command = opening(CONTACT_SECONDS, { format: 'json' }, { ship_name: 'Voyager' });
      const stream = await streamOf(app, bus, ship, command);
      for (let nr = 1; nr <= 20; nr += 1) await ship.send(stream, [ship.text(nr)]);
      const told = await endOf(app, bus, command, stream, 25);
      expect(told.numbers).toMatchObject({ expected: 25, good: 20, missing: 5 });
      const again = await hold(
        command.contact_id,
        opening(CONTACT_SECONDS, { format: 'json', interval: 0 }, { ship_name: 'Voyager' }),
      );

      expect(again).toMatchObject({ accounting: 'totals', closed: told.closed });
      expect(again.numbers).toEqual(told.numbers);
      expect(said(await samplesOf(second, 'Voyager'))).toEqual(
        said(await samplesOf(app, 'Voyager')),
      );
    });

    it('fails a contact that is booked in another format', async () => {
      shipUrl = `${url}/replays/${first.contact_id}`;
      second = await startIngestor({ bus: otherBus, databaseUrl: others.url, shipUrl });
      const command = opening(CONTACT_SECONDS, { format: 'json' });
      await openReception(otherBus, command);

      expect(await reportOf(second, command)).toMatchObject({ state: 'failed', closed: false });
      const { body } = await ask(app)
        .post(`/replays/${first.contact_id}/stream`)
        .send({ host: '127.0.0.1', port: 10_016, ship_name: SHIP, format: 'json' })
        .expect(400);
      expect(JSON.stringify(body)).toContain('format must be ccsds');
    });
  });
});

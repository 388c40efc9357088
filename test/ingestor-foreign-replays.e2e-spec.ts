import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { UdpInbox } from '../apps/ingestor/src/replays/testing/udp-inbox.js';
import { EventClient } from './support/event-client.js';
import { counted, ForeignUnderTest, QUICKSTART, WRAP } from './support/foreign-under-test.js';
import { ask, reportOf } from './support/ingestor.js';
import { listening } from './support/ingestor-under-test.js';
import { until } from './support/until.js';

/** As they came: some too late, one twice; then the ship counts anew. */
const BEFORE_RESTART = [2_000, 2_003, 2_001, 2_003, 5, 6, 8];
const AFTER_RESTART = [12, 13];
const GOOD = [5, 6, 8, 12, 13, 2_000, 2_001, 2_003];
const FIRST = WRAP + 2_000;
const LAST = 2 * WRAP + 13;

describe('the contact of a foreign ship once more', () => {
  let test: ForeignUnderTest;
  let url: string;
  let first: ContactReport;
  let inbox: UdpInbox;
  let port: number;

  beforeAll(async () => {
    test = await ForeignUnderTest.start();
    const command = await test.listen();
    await test.send(BEFORE_RESTART.map(counted));
    await test.received(command, BEFORE_RESTART.length);
    await test.app.close();
    await test.startApp();
    url = await listening(test.app);
    await test.send(AFTER_RESTART.map(counted));
    await test.received(command, BEFORE_RESTART.length + AFTER_RESTART.length);
    await test.stop(command);
    first = await reportOf(test.app, command);
    inbox = new UdpInbox();
    port = await inbox.open();
  });

  afterAll(async () => {
    inbox.close();
    await test.close();
  });

  const post = (path: string, body: object) => ask(test.app).post(path).send(body);

  async function replayed(to: object): Promise<Record<string, unknown>> {
    const path = `/contacts/${first.contact_id}/replays`;
    const { body: replay } = await post(path, { speed: 0, to }).expect(201);
    let report: Record<string, unknown> = {};
    await until(async () => {
      report = (await ask(test.app).get(`/replays/${replay.id}/report`).expect(200)).body;
      expect(report['state']).toBe('completed');
    });
    return report;
  }

  function expectAsFirst(report: Record<string, unknown>): void {
    const { closed, accounting, first_sequence, last_sequence } = first;
    expect(report).toMatchObject({ closed, accounting, first_sequence, last_sequence });
    expect(report['numbers']).toEqual(first.numbers);
    expect(report['samples_stored']).toBe(first.samples_stored);
  }

  it('was with numbers that are missing, and some that nobody ever sent', () => {
    expect(first).toMatchObject({
      state: 'stopped',
      closed: false,
      first_sequence: FIRST,
      last_sequence: LAST,
      datagrams: { good: GOOD.length, duplicates: 1, late: 1 },
      samples_stored: GOOD.length,
    });
    expect(first.numbers).toEqual({
      expected: null,
      good: GOOD.length,
      missing: null,
      missing_ranges: [
        { from: WRAP + 2_002, to: WRAP + 2_002, cause: 'lost' },
        { from: 2 * WRAP + 7, to: 2 * WRAP + 7, cause: 'lost' },
        { from: 2 * WRAP + 9, to: 2 * WRAP + 11, cause: 'restart' },
      ],
      missing_ranges_total: 3,
      missing_by_cause: { corrupt: 0, shed: 0, kernel: 0, restart: 3, lost: 2 },
    });
  });

  it('is events with its fields, and has the same report', async () => {
    const client = new EventClient(`${url}/events?kind=replay`);
    await client.connect();
    await until(() => expect(client.isLive).toBe(true));
    expectAsFirst(await replayed({ events: true }));

    const last = { replay: true, ship: QUICKSTART, sequence: LAST, height: 13 };
    await until(() => expect(client.named('replay').at(-1)?.data).toMatchObject(last));
    client.cut();
  });

  it('is its packets as they came, without any of ours, and has the same report', async () => {
    const to = { udp: { host: '127.0.0.1', port } };
    for (const times of [1, 2]) {
      expectAsFirst(await replayed(to));
      // Whatever else the first sent would be here before the second is through.
      await until(() => expect(inbox.datagrams.length).toBeGreaterThanOrEqual(times * GOOD.length));
    }

    const counts = inbox.datagrams.map((datagram) => datagram.readUInt16BE(2) & 0x3fff);
    const ascending = (one: number, other: number) => one - other;
    expect(counts.toSorted(ascending)).toEqual([...GOOD, ...GOOD].toSorted(ascending));
    for (const [at, count14] of counts.entries())
      expect(inbox.datagrams[at]).toEqual(counted(count14));
  });

  it('tells of what it sent when it is stopped, and guesses nothing', async () => {
    const path = `/contacts/${first.contact_id}/replays`;
    const { body: slow } = await post(path, { speed: 0.001, to: { events: true } }).expect(201);
    await until(async () => {
      const { body } = await ask(test.app).get(`/replays/${slow.id}`).expect(200);
      expect(body.sent).toBeGreaterThan(0);
    });
    await ask(test.app).delete(`/replays/${slow.id}`).expect(200);
    const { body: report } = await ask(test.app).get(`/replays/${slow.id}/report`).expect(200);

    expect(report).toMatchObject({ state: 'stopped', closed: false, first_sequence: FIRST });
    expect(report.last_sequence).toBeLessThan(LAST);
    expect(report.numbers).toMatchObject({ expected: null, missing: null });
  });

  it.each([
    [
      'as a ship of ours',
      (id: string) => `/replays/${id}/stream`,
      (target: object) => ({ ...target, ship_name: QUICKSTART, format: 'ccsds', apid: 200 }),
      'apid',
    ],
    [
      'under an APID of ours',
      (id: string) => `/contacts/${id}/replays`,
      (target: object) => ({ to: { udp: { ...target, apid: 200 } } }),
      'to.udp.apid',
    ],
  ])('is not sent %s', async (_how, path, bodyOf, field) => {
    const { body: before } = await ask(test.app).get('/replays').expect(200);
    const target = { host: '127.0.0.1', port };
    const { body } = await post(path(first.contact_id), bodyOf(target)).expect(400);

    expect(body).toMatchObject({ code: 'REPLAY_FORMAT_DIFFERS', errors: [{ field }] });
    expect(JSON.stringify(body)).toContain(`${QUICKSTART}, a foreign ship`);
    expect((await ask(test.app).get('/replays').expect(200)).body).toEqual(before);
  });
});

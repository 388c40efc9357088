import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { SHIP_APID_MAX } from '../apps/ingestor/src/receptions/address-pool.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  reportOf,
  startIngestor,
  sums,
} from './support/ingestor.js';
import { type FakeStream, FakeShip } from './support/ship.js';
import { until } from './support/until.js';

describe('ingestor', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  async function startStream(command: OpenCommand): Promise<FakeStream> {
    const at = ship.streams.length;
    await openReception(bus, command);
    await until(() => expect(ship.streams.length).toBeGreaterThan(at));
    return ship.streams[at]!;
  }

  const stop = ({ contact_id, fence }: OpenCommand): Promise<unknown> =>
    closeReception(bus, { contact_id, fence, reason: 'enough' });

  it('explains every datagram and every number of a ccsds contact', async () => {
    const command = opening(60, { format: 'ccsds', batteries: 2 });
    const stream = await startStream(command);
    const foreign = createSocket('udp4');
    foreign.bind(0, '127.0.0.2');
    await once(foreign, 'listening');
    const good = (n: number): Buffer => ship.packet(stream, n, 2);

    await ship.send(stream, [1, 2, 4, 3, 3, 5].map(good));
    await ship.send(stream, [ship.damaged(stream, 6), good(7), good(9)]);
    await ship.send(stream, [good(8), good(12), 'garbage']);
    await ship.send(stream, [good(10)], foreign);
    const otherApid = { ...stream, request: { ...stream.request, apid: 1_000 } };
    await ship.send(stream, [ship.packet(otherApid, 1)]);
    Object.assign(stream, { last: 13, sent: 13 });
    foreign.close();
    await stop(command);
    const report = await reportOf(app, command);

    expect(report).toMatchObject({
      state: 'stopped',
      closed: true,
      accounting: 'sequence',
      first_sequence: 1,
      last_sequence: 13,
      datagrams: {
        received: 16,
        good: 9,
        duplicates: 1,
        late: 2,
        corrupt: 1,
        control: 3,
        rejected: { unknown_source: 1, 'too-short': 1 },
        shed: 0,
        kernel_dropped: 0,
      },
      numbers: {
        expected: 13,
        good: 9,
        missing: 4,
        missing_ranges: [
          { from: 6, to: 6, cause: 'corrupt' },
          { from: 10, to: 11, cause: 'lost' },
          { from: 13, to: 13, cause: 'lost' },
        ],
      },
      samples_stored: 18,
    });
    expect(sums(report)).toEqual({ datagrams: report.datagrams.received, numbers: 13 });
    const { body } = await ask(app).get('/health/ready').expect(200);
    expect(body.details.receptions.stray_datagrams).toEqual({ unknown_apid: 1 });
  });

  it('ends a contact at its planned end, though no datagram came', async () => {
    const command = opening(0.3, { format: 'json' });
    await openReception(bus, command);
    const report = await reportOf(app, command);

    expect(report).toMatchObject({
      state: 'completed',
      closed: true,
      first_datagram_at: null,
      numbers: { expected: 0, good: 0, missing: 0 },
    });
    expect(Date.parse(report.ended_at)).toBeGreaterThanOrEqual(Date.parse(command.planned_end));
    expect(Date.parse(report.ended_at) - Date.parse(command.planned_end)).toBeLessThan(2_500);
    expect(ship.streams[0]!.isStopped).toBe(true);
  });

  it('closes by the closing packets when the answer to the stop is lost', async () => {
    const command = opening(60, { format: 'ccsds' });
    const stream = await startStream(command);
    await ship.send(
      stream,
      [1, 2].map((n) => ship.packet(stream, n)),
    );
    stream.last = 2;
    let asked = 0;
    ship.script.stop = () => {
      asked += 1;
      if (asked > 1) return null;
      return { status: 503, body: {} };
    };
    await stop(command);

    expect(await reportOf(app, command)).toMatchObject({ closed: true, last_sequence: 2 });
    expect(asked).toBe(2);
  });

  it('fails a contact whose ship cannot be reached, at its planned end', async () => {
    await ship.hangUp();
    const command = opening(0.6, { format: 'json' });
    await openReception(bus, command);

    expect(await reportOf(app, command)).toMatchObject({
      state: 'failed',
      closed: false,
      numbers: { expected: null, missing: null },
    });
    await ship.start();
  });

  it('asks again until the ship is there', async () => {
    await ship.hangUp();
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);
    await until(async () => {
      const { body } = await ask(app).get('/receptions').expect(200);
      expect(body).toEqual([
        expect.objectContaining({ is_streaming: false, last_fault: expect.any(String) }),
      ]);
    });
    await ship.start();
    await until(() => expect(ship.streams).toHaveLength(1));
    await stop(command);

    expect(await reportOf(app, command)).toMatchObject({ state: 'stopped', closed: true });
  });

  it('fails a contact at once when the ship refuses it', async () => {
    ship.script.start = () => ({ status: 400, body: { detail: 'Target refused' } });
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);

    expect(await reportOf(app, command)).toMatchObject({ state: 'failed', closed: false });
    expect(ship.requests).toEqual(['POST /stream/']);
  });

  it('opens nothing new for a command that comes twice, or late', async () => {
    const command = opening(60, { format: 'json' }, { fence: 2 });
    await startStream(command);
    await Promise.all([openReception(bus, command), openReception(bus, { ...command, fence: 1 })]);
    await closeReception(bus, { ...command, fence: 1, reason: 'stale' });
    const { body } = await ask(app).get('/receptions').expect(200);
    expect(body).toHaveLength(1);
    await stop(command);
    await reportOf(app, command);
    await openReception(bus, command);

    expect(ship.streams).toHaveLength(1);
    expect((await ask(app).get('/receptions').expect(200)).body).toEqual([]);
  });

  it('lets a higher fence supersede', async () => {
    const command = opening(60, { format: 'ccsds' });
    const first = await startStream(command);
    const again = { ...command, fence: 2 };
    const second = await startStream(again);
    await until(() => expect(first.isStopped).toBe(true));
    await ship.send(second, [ship.packet(second, 1)]);
    Object.assign(second, { last: 1, sent: 1 });
    await stop(again);

    expect(second.request.apid).not.toBe(first.request.apid);
    expect(await reportOf(app, again)).toMatchObject({
      closed: true,
      numbers: { good: 1, missing: 0 },
    });
  });

  it('gives a ship its own APID, and another one to its second contact', async () => {
    const one = opening(60, { format: 'ccsds' });
    const two = opening(60, { format: 'ccsds' });
    const streams = [await startStream(one), await startStream(two)];
    for (const stream of streams) {
      await ship.send(stream, [ship.packet(stream, 1), ship.packet(stream, 2)]);
      Object.assign(stream, { last: 2, sent: 2 });
    }
    await Promise.all([stop(one), stop(two)]);

    const [own, spare] = streams.map(({ request }) => request.apid!);
    expect(own).toBe(1);
    expect(spare).toBeGreaterThan(SHIP_APID_MAX);
    expect(streams[0]!.request.port).toBe(streams[1]!.request.port);
    for (const command of [one, two])
      expect(await reportOf(app, command)).toMatchObject({ closed: true, samples_stored: 2 });
  });

  it('fails a contact when the port pool is empty', async () => {
    await app.close();
    const taken = createSocket('udp4');
    taken.bind(42_900, '127.0.0.1');
    await once(taken, 'listening');
    const settings = { INGESTOR_PORT_POOL: '42900-42900' };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);

    expect(await reportOf(app, command)).toMatchObject({ state: 'failed', closed: false });
    expect(ship.requests).toEqual([]);
    taken.close();
  });
});

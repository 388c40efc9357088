import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instantOf } from '#common/domain';
import { InProcessBus } from '#common/messaging';
import { dataSourceOptions } from '#common/persistence';
import { DataSource } from 'typeorm';
import { TypeOrmReceptionStore } from '../apps/ingestor/src/adapters/typeorm-reception.store.js';
import { IngestorIdentity } from '../apps/ingestor/src/receptions/ingestor-identity.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { freePort } from './support/free-port.js';
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

describe('an ingestor that was away', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;
  let udpPort: number;

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    udpPort = await freePort();
    await ship.start();
    await start();
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  async function start(): Promise<void> {
    const settings = { INGESTOR_UDP_PORT: udpPort };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
  }

  async function startStream(command: OpenCommand): Promise<FakeStream> {
    await openReception(bus, command);
    await until(async () => {
      const { body } = await ask(app).get('/receptions').expect(200);
      expect(body[0]).toMatchObject({ is_streaming: true });
    });
    return ship.streams.at(-1)!;
  }

  /** How far its stream is: what it sends from now on is sent to an ingestor that listens. */
  const untilAsked = ({ eventKey }: FakeStream): Promise<void> =>
    until(() => expect(ship.requests).toContain(`GET /stream/${eventKey}`));

  it('goes on with a ccsds contact, and names what was sent meanwhile', async () => {
    const command = opening(60, { format: 'ccsds' });
    const stream = await startStream(command);
    const packets = (...numbers: number[]): Buffer[] => numbers.map((n) => ship.packet(stream, n));
    await ship.send(stream, packets(1, 2, 4, 4));
    await app.close();
    await ship.send(stream, packets(5, 6, 7));
    Object.assign(stream, { last: 7, sent: 7 });
    await start();
    await untilAsked(stream);
    await ship.send(stream, packets(8, 9, 2));
    Object.assign(stream, { last: 10, sent: 10 });
    await closeReception(bus, { ...command, reason: 'enough' });
    const report = await reportOf(app, command);

    expect(report).toMatchObject({
      state: 'stopped',
      closed: true,
      datagrams: { received: 10, good: 5, duplicates: 2, control: 3 },
      numbers: {
        expected: 10,
        good: 5,
        missing: 5,
        missing_ranges: [
          { from: 3, to: 3, cause: 'lost' },
          { from: 5, to: 7, cause: 'restart' },
          { from: 10, to: 10, cause: 'lost' },
        ],
      },
      samples_stored: 5,
    });
    expect(sums(report)).toEqual({ datagrams: 10, numbers: 10 });
    expect(ship.streams).toHaveLength(1);
  });

  it('names what was sent meanwhile where packets overtake each other', async () => {
    const command = opening(60, { format: 'ccsds' });
    const stream = await startStream(command);
    const packets = (...numbers: number[]): Buffer[] => numbers.map((n) => ship.packet(stream, n));
    await ship.send(stream, packets(1, 3));
    await app.close();
    // The 5th and the 8th are still under way when the ingestor is back and asks.
    Object.assign(stream, { last: 8, sent: 6 });
    await start();
    await untilAsked(stream);
    await ship.send(stream, packets(5, 11, 8, 9));
    Object.assign(stream, { last: 12, sent: 12 });
    await closeReception(bus, { ...command, reason: 'enough' });
    const report = await reportOf(app, command);

    expect(report).toMatchObject({ state: 'stopped', closed: true });
    expect(sums(report)).toEqual({ datagrams: report.datagrams.received, numbers: 12 });
    expect(report.numbers.missing_ranges).toEqual([
      { from: 2, to: 2, cause: 'lost' },
      { from: 4, to: 4, cause: 'restart' },
      { from: 6, to: 7, cause: 'restart' },
      { from: 10, to: 10, cause: 'lost' },
      { from: 12, to: 12, cause: 'lost' },
    ]);
  });

  it('goes on with a json contact on the same port', async () => {
    const command = opening(60, { format: 'json' });
    const stream = await startStream(command);
    await ship.send(stream, [ship.text(1), ship.text(2)]);
    await app.close();
    await start();
    await until(async () => {
      const { body } = await ask(app).get('/receptions').expect(200);
      expect(body[0]).toMatchObject({ port: stream.request.port });
    });
    await ship.send(stream, [ship.text(4)]);
    Object.assign(stream, { last: 4, sent: 4 });
    await closeReception(bus, { ...command, reason: 'enough' });

    expect(await reportOf(app, command)).toMatchObject({
      closed: true,
      datagrams: { received: 3, good: 3 },
      numbers: { expected: 4, good: 3, missing: 1 },
      samples_stored: 3,
    });
  });

  it('fails a contact whose planned end passed, stops the ship, and keeps what it had', async () => {
    const command = opening(1, { format: 'ccsds' });
    const stream = await startStream(command);
    await ship.send(stream, [ship.packet(stream, 1)]);
    await app.close();
    await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(command.planned_end)));
    await start();

    expect(await reportOf(app, command)).toMatchObject({
      state: 'failed',
      closed: false,
      datagrams: { received: 1, good: 1 },
      samples_stored: 1,
    });
    expect(stream.isStopped).toBe(true);
  });

  it.each([
    ['before the ship was told', false],
    ['after the ship was told', true],
  ])('ends as stopped what was called off just before it died, %s', async (_when, wasTold) => {
    const command = opening(60, { format: 'ccsds' });
    const stream = await startStream(command);
    await ship.send(stream, [ship.packet(stream, 1)]);
    await app.close();
    Object.assign(stream, { last: 2, sent: 2, isStopped: wasTold });
    await callOff(command);
    await start();

    expect(await reportOf(app, command)).toMatchObject({
      state: 'stopped',
      closed: !wasTold,
      datagrams: { good: 1, control: wasTold ? 0 : 3 },
    });
    expect(stream.isStopped).toBe(true);
  });

  it('ends as stopped what was called off, though the planned end passed', async () => {
    const command = opening(1, { format: 'json' });
    const stream = await startStream(command);
    await app.close();
    await callOff(command);
    await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(command.planned_end)));
    await start();

    expect(await reportOf(app, command)).toMatchObject({ state: 'stopped' });
    expect(stream.isStopped).toBe(true);
  });

  /** All that a killed process leaves of a close that it acknowledged. */
  async function callOff({ contact_id: contactId, fence }: OpenCommand): Promise<void> {
    const source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
    await source.initialize();
    const closedAt = instantOf(new Date());
    const store = new TypeOrmReceptionStore(source, new IngestorIdentity('test'));
    await store.close({ contactId, fence, closedAt, reason: 'enough' });
    await source.destroy();
  }

  it('fails a contact that the ship does not know any more', async () => {
    const command = opening(60, { format: 'json' });
    const stream = await startStream(command);
    await app.close();
    stream.isStopped = true;
    await start();

    expect(await reportOf(app, command)).toMatchObject({
      state: 'failed',
      closed: false,
      numbers: { expected: null },
    });
  });
});

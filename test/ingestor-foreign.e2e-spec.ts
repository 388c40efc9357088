import { once } from 'node:events';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTACT_COMPLETED, CONTACT_FAILED } from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import type { IngestorConfig } from '../apps/ingestor/src/ingestor.config.js';
import { quickstartPacket } from '../apps/ingestor/src/packets/testing/quickstart-packet.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  reportOf,
  startIngestor,
} from './support/ingestor.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

const SHIP = 'Yamcs quickstart';
const PATH = `/ships/${encodeURIComponent(SHIP)}`;
/** What a count of 0 becomes before its first wrap, and how far the next wrap is. */
const WRAP = 16_384;

/** A definition as a user would write one, of a packet with two values. */
const CUBESAT = `name: cubesat-power
title: Power of our cubesat
ship: Our cubesat
from: [127.0.0.1]
apids: 300
length: 9
secondary_header: false
time: none
sequence: header
checksum: none
fields:
  - { name: bus_voltage, at: 6, type: uint16, scale: 0.001, unit: V }
  - { name: mode, at: 8, type: uint8, texts: { 0: safe, 1: sun } }
`;

interface Told {
  readonly contact_id: string;
  readonly fault?: string;
  readonly reason?: string;
}

const counted = (count14: number): Buffer =>
  quickstartPacket({
    count14,
    floats: { battery1_voltage: 12.5, height: count14 },
    counters: { orbit_number_cumulative: 7, elapsed_seconds: count14 },
    flags: { mode_sband: 1 },
  });

describe('a foreign ship', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;
  let link: Socket;
  let udpPort: number;
  let told: Told[];

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    told = [];
    await ship.start();
    await listenInstead();
    link = await socketOf('127.0.0.1');
    udpPort = await freePort();
    await start();
  });

  afterEach(async () => {
    link.close();
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  /** In place of the scheduler. */
  async function listenInstead(): Promise<void> {
    const server = bus.server('stand-in');
    for (const key of [CONTACT_COMPLETED, CONTACT_FAILED])
      server.addHandler(key, async (data: Told) => void told.push(data), true);
    await new Promise<void>((resolve) => {
      server.listen(() => resolve());
    });
  }

  async function start(settings: Partial<IngestorConfig> = {}): Promise<void> {
    app = await startIngestor({
      bus,
      databaseUrl: database.url,
      shipUrl: ship.url,
      settings: { INGESTOR_UDP_PORT: udpPort, ...settings },
    });
  }

  const booked = (seconds = 60, change: Partial<OpenCommand> = {}): OpenCommand =>
    opening(seconds, { format: 'ccsds' }, { ship_name: SHIP, ...change });

  /** Once it is listening. */
  async function listen(command = booked()): Promise<OpenCommand> {
    await openReception(bus, command);
    await until(async () =>
      expect(await receptionOf(command)).toMatchObject({ is_streaming: true }),
    );
    return command;
  }

  async function receptionOf({ contact_id }: OpenCommand): Promise<unknown> {
    const { body } = await ask(app).get('/receptions').expect(200);
    return (body as { contact_id: string }[]).find((one) => one.contact_id === contact_id);
  }

  async function send(packets: readonly Buffer[], from = link): Promise<void> {
    for (const packet of packets)
      await new Promise<void>((resolve, reject) => {
        from.send(packet, udpPort, '127.0.0.1', (fault) => (fault ? reject(fault) : resolve()));
      });
  }

  const received = (command: OpenCommand, count: number): Promise<void> =>
    until(async () =>
      expect(await receptionOf(command)).toMatchObject({ datagrams: { received: count } }),
    );

  const stop = (command: OpenCommand): Promise<unknown> =>
    closeReception(bus, { ...command, reason: 'enough' });

  it('is accounted by what was seen of its 14 bits, beside one of ours', async () => {
    const own = opening(60, { format: 'ccsds' });
    await openReception(bus, own);
    const stream = await ship.nextStream();
    const command = await listen();
    const stranger = await socketOf('127.0.0.2');

    await send([16_380, 16_382, 16_381, 16_383, 16_383].map(counted));
    await ship.send(stream, [ship.packet(stream, 1), ship.packet(stream, 3)]);
    await send([counted(0).subarray(0, 100), counted(0), counted(3)]);
    await received(command, 8);
    await send([counted(4)], stranger);
    stranger.close();
    await received(command, 9);
    Object.assign(stream, { last: 3, sent: 3 });
    await Promise.all([stop(command), stop(own)]);

    expect(await reportOf(app, command)).toMatchObject({
      ship_name: SHIP,
      state: 'stopped',
      closed: false,
      accounting: 'sequence',
      first_sequence: WRAP + 16_380,
      last_sequence: 2 * WRAP + 3,
      datagrams: {
        received: 9,
        good: 6,
        duplicates: 1,
        late: 1,
        corrupt: 0,
        control: 0,
        rejected: { 'too-short': 1, unknown_source: 1 },
        shed: 0,
      },
      numbers: {
        expected: null,
        good: 6,
        missing: null,
        missing_ranges: [{ from: 2 * WRAP + 1, to: 2 * WRAP + 2, cause: 'lost' }],
      },
      samples_stored: 6,
    });
    expect(await reportOf(app, own)).toMatchObject({
      closed: true,
      numbers: { expected: 3, good: 2, missing: 1 },
    });
    expect(ship.orders.map(({ ship_name }) => ship_name)).toEqual(['USS Enterprise']);
    await send([counted(5)]);
    await until(async () => {
      const { body } = await ask(app).get('/health/ready').expect(200);
      expect(body.details.receptions.stray_datagrams).toEqual({ unknown_apid: 1 });
    });
  });

  it('has samples with the fields of its definition', async () => {
    const command = await listen();
    await send([5, 6, 7, 8].map(counted));
    await received(command, 4);
    await stop(command);
    await reportOf(app, command);

    const { body: samples } = await ask(app).get(`${PATH}/samples`).expect(200);
    expect(samples).toHaveLength(4);
    expect(samples[0]).toMatchObject({
      contact_id: command.contact_id,
      packet: 'yamcs-quickstart',
      sequence: WRAP + 5,
      battery: 0,
      battery1_voltage: 12.5,
      elapsed_seconds: 5,
      orbit_number_cumulative: 7,
      mode_sband: 1,
    });
    expect(samples[0].generated_at).toBe(samples[0].received_at);
    const { body: latest } = await ask(app).get(`${PATH}/latest`).expect(200);
    expect(latest).toMatchObject([{ sequence: WRAP + 8, height: 8 }]);
    const csv = await ask(app).get(`${PATH}/export?field=height,elapsed_seconds`).expect(200);
    const [header, ...rows] = csv.text.trimEnd().split('\r\n');
    expect(header).toBe('time,0.elapsed_seconds,0.height');
    expect(rows.map((row) => row.split(',').slice(1).join())).toEqual(['5,5', '6,6', '7,7', '8,8']);
    const { body: stretches } = await ask(app)
      .get(`${PATH}/samples?strategy=minmax&field=height`)
      .expect(200);
    const found = stretches as { count: number; min: number; max: number }[];
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(Math.min(...found.map(({ min }) => min))).toBe(5);
    expect(Math.max(...found.map(({ max }) => max))).toBe(8);
  });

  it('is completed at the planned end, whatever came', async () => {
    const command = booked(2);
    await openReception(bus, command);

    expect(await reportOf(app, command)).toMatchObject({
      state: 'completed',
      closed: false,
      first_sequence: null,
      last_sequence: null,
      numbers: { expected: null, good: 0, missing: null, missing_ranges: [] },
    });
    expect(ship.requests).toEqual([]);
  });

  it('is listened to again by the next start, which goes on with its numbers', async () => {
    const command = await listen();
    await send([16_382, 16_383].map(counted));
    await received(command, 2);
    await app.close();
    await send([0, 1].map(counted));
    await start();
    await send([16_383, 2, 3].map(counted));
    await received(command, 5);
    await stop(command);

    expect(await reportOf(app, command)).toMatchObject({
      state: 'stopped',
      first_sequence: WRAP + 16_382,
      last_sequence: 2 * WRAP + 3,
      datagrams: { received: 5, good: 4, duplicates: 1 },
      numbers: { missing_ranges: [{ from: 2 * WRAP, to: 2 * WRAP + 1, cause: 'restart' }] },
      samples_stored: 4,
    });
  });

  it.each([
    ['before its planned end', 60, 'No packet definition names the ship Yamcs quickstart any more'],
    ['after its planned end', 3, 'The ingestor was away at the planned end'],
  ])('is given up by a start that cannot go on with it, %s', async (_when, seconds, reason) => {
    const command = await listen(booked(seconds));
    await app.close();
    const folder = await mkdtemp(join(tmpdir(), 'perigee-no-packets-'));
    if (seconds < 60)
      await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(command.planned_end)));
    await start({ INGESTOR_PACKETS: folder });

    expect(await reportOf(app, command)).toMatchObject({ state: 'failed', closed: false });
    await until(() => expect(told).toMatchObject([{ fault: 'system', reason }]));
    expect(ship.requests).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it.each([
    [{ format: 'json' }, 'sends packets: book it with "stream": {"format": "ccsds"}'],
    [{ format: 'ccsds', interval: 1 }, 'how to send: book it without stream.interval'],
  ] as const)('is not received by a booking with %o', async (stream, reason) => {
    const command = opening(60, stream, { ship_name: SHIP });
    await openReception(bus, command);

    expect(await reportOf(app, command)).toMatchObject({ state: 'failed', closed: false });
    await until(() =>
      expect(told).toMatchObject([{ fault: 'user', reason: expect.stringContaining(reason) }]),
    );
    expect(ship.requests).toEqual([]);
  });

  it('belongs to one contact at a time', async () => {
    const first = await listen();
    const second = booked();
    await openReception(bus, second);
    await reportOf(app, second);
    await until(() =>
      expect(told).toMatchObject([
        { fault: 'user', reason: expect.stringContaining(`Contact ${first.contact_id} receives`) },
      ]),
    );
    await send([counted(1)]);
    await received(first, 1);
    await stop(first);

    expect(await reportOf(app, first)).toMatchObject({ state: 'stopped', samples_stored: 1 });
  });

  it('goes over to the next contact, and to a higher fence', async () => {
    const first = await listen();
    const next = booked(60, { planned_start: first.planned_end });
    await listen(next);
    const again = { ...next, fence: 2, planned_end: new Date(Date.now() + 90_000).toISOString() };
    await openReception(bus, again);
    await until(async () => {
      const { planned_end } = again;
      expect(await receptionOf(next)).toMatchObject({ planned_end, is_streaming: true });
    });
    await send([counted(1)]);
    await received(next, 1);
    await Promise.all([stop(first), stop(again)]);

    expect(await reportOf(app, first)).toMatchObject({ datagrams: { received: 0 } });
    expect(await reportOf(app, next)).toMatchObject({ datagrams: { received: 1, good: 1 } });
  });

  it('can be described by whoever runs the ingestor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perigee-packets-'));
    await writeFile(join(folder, 'cubesat.yml'), CUBESAT);
    await app.close();
    await start({ INGESTOR_PACKETS: folder });
    const command = await listen(booked(60, { ship_name: 'Our cubesat' }));
    await send([Buffer.from('012cc00500021f4001', 'hex')]);
    await received(command, 1);
    await stop(command);
    await reportOf(app, command);

    const { body } = await ask(app).get('/ships/Our%20cubesat/samples').expect(200);
    expect(body).toMatchObject([
      { packet: 'cubesat-power', sequence: WRAP + 5, bus_voltage: 8, mode: 'sun' },
    ]);
    await rm(folder, { recursive: true });
  });
});

async function socketOf(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

async function freePort(): Promise<number> {
  const socket = await socketOf('127.0.0.1');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

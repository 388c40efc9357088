import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, opening, openReception, reportOf } from './support/ingestor.js';
import {
  counted,
  ForeignUnderTest,
  QUICKSTART,
  udpSocket,
  WRAP,
} from './support/foreign-under-test.js';
import { until } from './support/until.js';

const PATH = `/ships/${encodeURIComponent(QUICKSTART)}`;

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

describe('a foreign ship', () => {
  let test: ForeignUnderTest;

  beforeEach(async () => {
    test = await ForeignUnderTest.start();
  });

  afterEach(() => test.close());

  it('is accounted by what was seen of its 14 bits, beside one of ours', async () => {
    const own = opening(60, { format: 'ccsds' });
    await openReception(test.bus, own);
    const stream = await test.ship.nextStream();
    const command = await test.listen();
    const stranger = await udpSocket('127.0.0.2');

    await test.send([16_380, 16_382, 16_381, 16_383, 16_383].map(counted));
    await test.ship.send(stream, [test.ship.packet(stream, 1), test.ship.packet(stream, 3)]);
    await test.send([counted(0).subarray(0, 100), counted(0), counted(3)]);
    await test.received(command, 8);
    await test.send([counted(4)], stranger);
    stranger.close();
    await test.received(command, 9);
    Object.assign(stream, { last: 3, sent: 3 });
    await Promise.all([test.stop(command), test.stop(own)]);

    expect(await reportOf(test.app, command)).toMatchObject({
      ship_name: QUICKSTART,
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
    expect(await reportOf(test.app, own)).toMatchObject({
      closed: true,
      numbers: { expected: 3, good: 2, missing: 1 },
    });
    expect(test.ship.orders.map(({ ship_name }) => ship_name)).toEqual(['USS Enterprise']);
    await test.send([counted(5)]);
    await until(async () => {
      const { body } = await ask(test.app).get('/health/ready').expect(200);
      expect(body.details.receptions.stray_datagrams).toEqual({ unknown_apid: 1 });
    });
  });

  it('has samples with the fields of its definition', async () => {
    const command = await test.listen();
    await test.send([5, 6, 7, 8].map(counted));
    await test.received(command, 4);
    await test.stop(command);
    await reportOf(test.app, command);

    const { body: samples } = await ask(test.app)
      .get(`${PATH}/samples?include=received_at`)
      .expect(200);
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
    const { body: latest } = await ask(test.app).get(`${PATH}/latest`).expect(200);
    expect(latest).toMatchObject([{ sequence: WRAP + 8, height: 8 }]);
    const csv = await ask(test.app).get(`${PATH}/export?field=height,elapsed_seconds`).expect(200);
    const [header, ...rows] = csv.text.trimEnd().split('\r\n');
    expect(header).toBe('time,0.elapsed_seconds,0.height');
    expect(rows.map((row) => row.split(',').slice(1).join())).toEqual(['5,5', '6,6', '7,7', '8,8']);
    const { body: stretches } = await ask(test.app)
      .get(`${PATH}/samples?strategy=minmax&field=height`)
      .expect(200);
    const found = stretches as { count: number; min: number; max: number }[];
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(Math.min(...found.map(({ min }) => min))).toBe(5);
    expect(Math.max(...found.map(({ max }) => max))).toBe(8);
  });

  it('is completed at the planned end, whatever came', async () => {
    const command = test.booked(2);
    await openReception(test.bus, command);

    expect(await reportOf(test.app, command)).toMatchObject({
      state: 'completed',
      closed: false,
      first_sequence: null,
      last_sequence: null,
      numbers: { expected: null, good: 0, missing: null, missing_ranges: [] },
    });
    expect(test.ship.requests).toEqual([]);
  });

  it('can be described by whoever runs the ingestor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perigee-packets-'));
    await writeFile(join(folder, 'cubesat.yml'), CUBESAT);
    await test.app.close();
    await test.startApp({ INGESTOR_PACKETS: folder });
    const command = await test.listen(test.booked(60, { ship_name: 'Our cubesat' }));
    await test.send([Buffer.from('012cc00500021f4001', 'hex')]);
    await test.received(command, 1);
    await test.stop(command);
    await reportOf(test.app, command);

    const { body } = await ask(test.app).get('/ships/Our%20cubesat/samples').expect(200);
    expect(body).toMatchObject([
      { packet: 'cubesat-power', sequence: WRAP + 5, bus_voltage: 8, mode: 'sun' },
    ]);
    await rm(folder, { recursive: true });
  });
});

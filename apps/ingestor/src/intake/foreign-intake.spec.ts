import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc16, encodeBatteryPacket } from '#common/contracts';
import { SequenceSet } from '#common/domain';
import { quickstartPacket } from '../packets/testing/quickstart-packet.js';
import { ownFile, readersOf } from '../packets/testing/own-definitions.js';
import { Reception } from '../receptions/reception.js';
import { datagram, SHIP_PORT } from './testing/datagrams.js';
import { IntakeUnderTest } from './testing/intake-under-test.js';

const APID = 100;
const CELLS_APID = 300;
const CELLS = `name: cells
title: Cells of a foreign ship
ship: Ship 3
from: [127.0.0.1]
apids: ${CELLS_APID}
secondary_header: false
time: { form: unix-ms, at: 6 }
sequence: { at: 14 }
checksum: crc-16
repeat:
  at: 18
  size: 2
  count: 2
  instance: { at: 0, type: uint8 }
  fields: [{ name: volts, at: 1, type: uint8, valid: [0, 50] }]
`;
const CELLS_BYTES = 24;
const GENERATED_AT_MS = 1_700_000_000_000;
const OTHER_PORT = SHIP_PORT + 1;
/** The first number that a count of 0 is given. */
const FIRST = 16_384;

const counted = (count14: number): Buffer =>
  quickstartPacket({
    count14,
    floats: { battery1_voltage: 12.5 },
    counters: { orbit_number_cumulative: 1, elapsed_seconds: count14 },
    flags: {},
  });

function cells(sequence: number, instances: readonly number[], volts = 30): Buffer {
  const bytes = Buffer.alloc(CELLS_BYTES);
  bytes.writeUInt16BE(CELLS_APID, 0);
  bytes.writeUInt16BE(0xc000 | (sequence & 0x3fff), 2);
  bytes.writeUInt16BE(CELLS_BYTES - 7, 4);
  bytes.writeBigUInt64BE(BigInt(GENERATED_AT_MS + sequence), 6);
  bytes.writeUInt32BE(sequence, 14);
  instances.forEach((instance, at) => bytes.set([instance, volts], 18 + 2 * at));
  bytes.writeUInt16BE(crc16(bytes, CELLS_BYTES - 2), CELLS_BYTES - 2);
  return bytes;
}

const battery = (apid: number, sequence: number): Buffer =>
  encodeBatteryPacket({
    apid,
    sequence,
    generatedAtMs: GENERATED_AT_MS,
    records: [{ battery: 0, mode: 'charging', volts: 28, amperes: 1, celsius: 20, charge: 90 }],
  });

const changed = (packet: Buffer, at: number, value: number): Buffer => {
  const bytes = Buffer.from(packet);
  bytes[at] = value;
  return bytes;
};

describe('the intake of foreign packets', () => {
  let intake: IntakeUnderTest;

  beforeEach(async () => {
    const readers = readersOf(ownFile('yamcs-quickstart.yml'), CELLS);
    intake = await IntakeUnderTest.start(null, readers);
  });

  afterEach(() => intake.close());

  const take = (...packets: readonly Buffer[]): void =>
    intake.take(...packets.map((packet) => datagram(packet)));

  it('numbers them over the wrap of their 14 bits, each once', async () => {
    const { account } = await intake.listen(1, APID);
    take(...[16_381, 16_383, 0, 16_382, 0, 2].map(counted));
    const { blocks, frames, samples } = await intake.stored();

    expect(account.counts()).toMatchObject({ received: 6, good: 5, late: 1, duplicates: 1 });
    expect(account.seen).toEqual([FIRST + 16_381, 2 * FIRST + 2]);
    expect(account.numbers(null)).toMatchObject({
      expected: null,
      missing: null,
      missingRanges: [{ from: 2 * FIRST + 1, to: 2 * FIRST + 1, cause: 'lost' }],
    });
    expect(blocks.map(({ definition }) => definition)).toEqual(['yamcs-quickstart']);
    expect(samples).toBe(5);
    for (const { generatedAt, receivedAt } of frames) expect(generatedAt).toBe(receivedAt);
  });

  it('takes their own time, extended count and instances where they say them', async () => {
    await intake.listen(3, CELLS_APID);
    take(cells(70_000, [7, 200]), cells(70_001, [7, 9]));
    const { frames, samples } = await intake.stored();

    expect(frames.map(({ sequence }) => sequence)).toEqual([70_000, 70_001]);
    expect(frames[0]!.generatedAt).toBe((GENERATED_AT_MS + 70_000) * 1_000);
    expect(samples).toBe(4);
    const latest = [...intake.tables.latest.values()].map((one) => [one.battery, one.sequence]);
    expect(latest.toSorted(([a], [b]) => a! - b!)).toEqual([
      [7, 70_001],
      [9, 70_001],
      [200, 70_000],
    ]);
  });

  it('tells why one is refused', async () => {
    const quickstart = await intake.listen(1, APID);
    const { account } = await intake.listen(3, CELLS_APID);
    take(
      changed(cells(1, [0, 1]), 10, 0xff),
      cells(2, [0, 1], 51),
      Buffer.concat([cells(3, [0, 1]), Buffer.alloc(1)]),
      counted(5).subarray(0, 122),
      Buffer.concat([counted(5), Buffer.alloc(4_000)]),
    );

    expect(account.counts()).toMatchObject({
      received: 3,
      corrupt: 1,
      rejected: { 'value-out-of-range': 1, 'too-long': 1 },
    });
    expect(quickstart.account.counts()).toMatchObject({
      received: 2,
      good: 0,
      rejected: { 'too-short': 1, 'too-long': 1 },
    });
    expect(intake.strays.get()).toEqual({});
  });

  it('believes none of other addresses, and counts those of no contact', async () => {
    const { account } = await intake.listen(1, APID, ['192.0.2.1']);
    take(counted(1), cells(1, [0, 1]), Buffer.from('07ffc000000000', 'hex'));

    expect(account.counts()).toMatchObject({ received: 1, rejected: { unknown_source: 1 } });
    expect(intake.strays.get()).toEqual({ unknown_apid: 1, idle: 1 });
  });

  it('leaves a damaged packet of ours to us, and ours leaves one of theirs to them', async () => {
    const ours = await intake.receive(2, { apid: 101 });
    const theirs = await intake.listen(1, APID);
    intake.take(datagram(battery(101, 1)), datagram(counted(1), OTHER_PORT));
    // 101 and 100 differ in one bit.
    intake.take(datagram(changed(battery(101, 2), 1, 100)));
    // A whole one of theirs could be of another APID of the ship; one that was cut cannot.
    intake.take(datagram(changed(counted(2), 1, 101), OTHER_PORT));
    intake.take(datagram(changed(counted(2), 1, 101).subarray(0, 60), OTHER_PORT));

    expect(ours.account.counts()).toMatchObject({ received: 2, good: 1, corrupt: 1 });
    expect(theirs.account.counts()).toMatchObject({ received: 2, good: 1, corrupt: 1 });
    expect(theirs.account.snapshot()).toMatchObject({ corruptClaims: [], corruptUnnumbered: 1 });
    expect(intake.strays.get()).toEqual({ unknown_apid: 1 });
  });

  it('counts packets of other APIDs of the ship apart: they are not damaged', async () => {
    const { account } = await intake.listen(1, APID);
    const short = Buffer.from('0866c000000001', 'hex');
    const other = (bytes: number): Buffer => {
      const packet = Buffer.alloc(bytes, 7);
      packet.writeUInt16BE(0x0865, 0);
      packet.writeUInt16BE(0xc000, 2);
      packet.writeUInt16BE(bytes - 7, 4);
      return packet;
    };
    take(counted(1), short, other(19), other(123), other(900), counted(5));
    // Its length does not fit: nobody can say what it was.
    take(other(123).subarray(0, 60));

    expect(account.counts()).toMatchObject({ received: 3, good: 2, corrupt: 1, rejected: {} });
    expect(account.numbers(null).missingRanges).toMatchObject([{ cause: 'corrupt' }, {}]);
    expect(intake.strays.get()).toEqual({ unknown_apid: 4 });
  });

  it('never takes a packet of ours for theirs', async () => {
    const { account } = await intake.listen(1, APID);
    take(battery(APID, 1));

    expect(account.counts()).toMatchObject({ good: 0, rejected: { 'too-short': 1 } });
  });

  it('does not miss what a ship that counts anew never sent', async () => {
    const { account } = await intake.listen(1, APID);
    take(...[5_000, 5_001, 3, 4].map(counted));

    expect(account.counts()).toMatchObject({ good: 4, late: 0 });
    expect(account.numbers(null).missingRanges).toEqual([]);
    expect(account.seen).toEqual([FIRST + 5_000, 2 * FIRST + 4]);
  });

  it('goes on from what was stored', async () => {
    const before = await intake.listen(1, APID);
    take(...[16_382, 16_383].map(counted));
    await intake.stored();
    const [stored] = await intake.store.unfinished();
    const asRead = JSON.parse(JSON.stringify(stored));
    const after = Reception.restore({ ...asRead, good: SequenceSet.of(asRead.good) });
    intake.routes.remove(before);
    after.expectFrom(new Set(['127.0.0.1']));
    after.account.restart();
    intake.routes.add(after);
    take(...[16_383, 1].map(counted));

    expect(after.account.counts()).toMatchObject({ good: 3, duplicates: 1 });
    expect(after.account.numbers(null).missingRanges).toEqual([
      { from: 2 * FIRST, to: 2 * FIRST, cause: 'restart' },
    ]);
  });

  it('gives them to the contact that began last, whenever the one before goes', async () => {
    const first = await intake.listen(1, APID);
    const second = await intake.listen(2, APID);
    intake.routes.remove(first);
    take(counted(1));

    expect(first.account.received).toBe(0);
    expect(second.account.counts()).toMatchObject({ good: 1 });
  });

  it('leaves them out of the hot list, and counts what the transport dropped', async () => {
    const { account } = await intake.listen(1, APID);
    take(counted(1));
    const { sharedPort } = intake.udp;
    intake.intake.shed(sharedPort!, datagram(counted(2)));
    intake.intake.shed(sharedPort!, datagram(cells(2, [0, 1])));

    expect(await intake.hot.length('Ship 1')).toBe(0);
    expect(account.counts()).toMatchObject({ good: 1, shed: 1 });
    expect(intake.strays.get()).toEqual({ shed: 1 });
  });
});

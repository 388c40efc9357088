import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc16, encodeBatteryPacket } from '#common/contracts';
import { ownFile, readersOf } from '../packets/testing/own-definitions.js';
import { quickstartPacket } from '../packets/testing/quickstart-packet.js';
import { datagram, SHIP_PORT } from './testing/datagrams.js';
import { IntakeUnderTest } from './testing/intake-under-test.js';

const SECRET = 'a master secret that nobody else knows';
const APID = 1;
const OTHER_APID = 101;
const QUICKSTART_APID = 100;
const CHECKED_APID = 300;
const CHECKED = `name: checked
title: A foreign ship whose packets have a check sum
ship: Ship 3
from: [127.0.0.1]
apids: ${CHECKED_APID}
length: 9
secondary_header: false
time: none
sequence: header
checksum: crc-16
fields: [{ name: volts, at: 6, type: uint8 }]
`;

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt16BE(crc16(bytes, bytes.length - 2), bytes.length - 2);
  return bytes;
}

const battery = (sequence: number, apid = APID): Buffer =>
  encodeBatteryPacket({
    apid,
    sequence,
    generatedAtMs: 1_900_000_000_000,
    records: [{ battery: 0, mode: 'idle', volts: 20, amperes: 0, celsius: 20, charge: 50 }],
  });

const wrong = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = battery(2);
  change(bytes);
  return sealed(bytes);
};

/** Longer than ours, all the same with a length and a CRC that fit. */
const grown = (length: number, records: number): Buffer => {
  const bytes = Buffer.alloc(length);
  battery(2).copy(bytes, 0, 0, 37);
  bytes.writeUInt16BE(length - 7, 4);
  bytes[18] = records;
  return sealed(bytes);
};

const LENGTH_OF_33 = 21 + 33 * 18;

const REFUSED: readonly (readonly [what: string, bytes: Buffer, reason: string])[] = [
  ['no records', wrong((bytes) => void (bytes[18] = 0)), 'wrong-record-count'],
  ['33 records', grown(LENGTH_OF_33, 33), 'too-long'],
  ['33 records, it says', wrong((bytes) => void (bytes[18] = 33)), 'wrong-record-count'],
  ['no number', wrong((bytes) => void bytes.writeFloatBE(Number.NaN, 21)), 'value-not-finite'],
  ['two counts', wrong((bytes) => void (bytes[17]! ^= 4)), 'counts-differ'],
  ['a wrong length', wrong((bytes) => void bytes.writeUInt16BE(99, 4)), 'length-differs'],
  ['all that is kept', grown(2_048, 1), 'too-long'],
  ['too little', sealed(battery(2).subarray(0, 18)), 'too-short'],
  ['a command', wrong((bytes) => void (bytes[0]! |= 0x10)), 'wrong-version-or-type'],
  ['one header', wrong((bytes) => void (bytes[0]! &= 0xf7)), 'no-secondary-header'],
];

describe('the account of a packet of ours', () => {
  let intake: IntakeUnderTest;

  const start = async (secret: string | null): Promise<void> => {
    intake = await IntakeUnderTest.start(secret);
  };

  beforeEach(() => start(null));

  afterEach(() => intake.close());

  it.each(REFUSED)('is that of the contact it names, for one with %s', async (_, bytes, reason) => {
    const { account } = await intake.receive(1, { apid: APID });
    intake.take(datagram(bytes), datagram(battery(1)), datagram(bytes));

    expect(account.counts()).toMatchObject({ received: 3, good: 1, rejected: { [reason]: 2 } });
    expect(intake.strays.get()).toEqual({});
    expect((await intake.stored()).samples).toBe(1);
    // What it said is no explanation.
    const { missingRanges } = account.numbers({ firstSequence: 1, lastSequence: 2, sent: 2 });
    expect(missingRanges).toEqual([{ from: 2, to: 2, cause: 'lost' }]);
  });

  it.each(REFUSED)('knows strangers, also by one with %s', async (_, bytes) => {
    const { account } = await intake.receive(1, { apid: APID });
    intake.take(datagram(bytes, SHIP_PORT, '127.0.0.2'));

    expect(account.counts()).toMatchObject({ received: 1, rejected: { unknown_source: 1 } });
  });

  it.each(REFUSED)('hears nobody without its key, by one with %s', async (_, bytes) => {
    await intake.close();
    await start(SECRET);
    const { account } = await intake.receive(1, { apid: APID });
    intake.take(datagram(bytes));

    const { received, rejected } = account.counts();
    expect(received).toBe(1);
    expect(['unsigned', 'wrong-tag']).toContain(Object.keys(rejected).join());
  });

  it('is nobody’s while neither CRC nor port tells whose it is', async () => {
    const { account } = await intake.receive(1, { apid: APID });
    intake.take(datagram(grown(2_049, 1)), datagram(grown(LENGTH_OF_33, 33).fill(1, 40)));

    expect(account.counts().received).toBe(0);
    expect(intake.strays.get()).toEqual({ malformed: 2 });
  });

  it('is not that of its port, where its CRC says that another APID was meant', async () => {
    const { account } = await intake.receive(1, { apid: APID });
    const ofNobody = wrong((bytes) => void (bytes[1] = OTHER_APID));
    const readable = Buffer.from(ofNobody);
    readable[18] = 0;
    const damaged = battery(3);
    damaged[1] = OTHER_APID;
    intake.take(...[battery(1), ofNobody, sealed(readable), damaged].map((data) => datagram(data)));

    expect(account.counts()).toMatchObject({ received: 2, good: 1, corrupt: 1, rejected: {} });
    expect(intake.strays.get()).toEqual({ unknown_apid: 2 });
  });
});

describe('the account of a packet of another APID of a foreign ship', () => {
  let intake: IntakeUnderTest;

  beforeEach(async () => {
    intake = await IntakeUnderTest.start(null, readersOf(ownFile('yamcs-quickstart.yml'), CHECKED));
  });

  afterEach(() => intake.close());

  const take = (...packets: readonly Buffer[]): void =>
    intake.take(...packets.map((packet) => datagram(packet)));

  const other = (apid: number, length: number, hasSecondaryHeader: boolean): Buffer => {
    const bytes = Buffer.alloc(length, 7);
    bytes.writeUInt16BE((hasSecondaryHeader ? 0x0800 : 0) | apid, 0);
    bytes.writeUInt16BE(0xc000, 2);
    bytes.writeUInt16BE(length - 7, 4);
    return bytes;
  };
  const others = (apid: number): Buffer[] =>
    [12, 60, 900].flatMap((length) => [other(apid, length, true), other(apid, length, false)]);

  const quickstart = (count14: number): Buffer =>
    quickstartPacket({
      count14,
      floats: {},
      counters: { orbit_number_cumulative: 1, elapsed_seconds: count14 },
      flags: {},
    });

  const checked = (count14: number): Buffer => {
    const bytes = other(CHECKED_APID, 9, false);
    bytes.writeUInt16BE(0xc000 | count14, 2);
    return sealed(bytes);
  };

  it('is none, so that what is lost stays lost', async () => {
    const { account } = await intake.listen(1, QUICKSTART_APID);
    const numbers = Array.from({ length: 30 }, (_, nr) => nr).filter((nr) => nr < 10 || nr > 12);
    take(...numbers.map(quickstart), ...others(OTHER_APID));

    expect(account.counts()).toMatchObject({ received: 27, good: 27, corrupt: 0, rejected: {} });
    const { missingRanges } = account.numbers(null);
    expect(missingRanges).toMatchObject([{ cause: 'lost' }]);
    expect(missingRanges[0]!.to - missingRanges[0]!.from).toBe(2);
    expect(intake.strays.get()).toEqual({ unknown_apid: 6 });
  });

  it('is none for those with a CRC either, whether or not the contact’s have one', async () => {
    const one = await intake.listen(1, QUICKSTART_APID);
    take(quickstart(1), ...others(OTHER_APID).map(sealed));
    intake.routes.remove(one);
    const two = await intake.listen(2, CHECKED_APID);
    take(checked(1), ...others(OTHER_APID).map(sealed));

    for (const { account } of [one, two])
      expect(account.counts()).toMatchObject({ received: 1, good: 1 });
    expect(intake.strays.get()).toEqual({ unknown_apid: 12 });
  });

  it('is the contact’s where its packets have a CRC, and that of this one does not fit', async () => {
    const { account } = await intake.listen(2, CHECKED_APID);
    take(checked(1), other(OTHER_APID, 60, true), other(OTHER_APID, 60, false));

    expect(account.counts()).toMatchObject({ received: 3, good: 1, corrupt: 2 });
    expect(intake.strays.get()).toEqual({});
  });

  it('is none of ours either, if a contact of ours has that APID', async () => {
    const ours = await intake.receive(2, { apid: OTHER_APID });
    const { account } = await intake.listen(1, QUICKSTART_APID);
    take(quickstart(1), ...others(OTHER_APID), quickstart(3));

    expect(ours.account.counts().received).toBe(0);
    expect(account.counts()).toMatchObject({ received: 2, good: 2 });
    expect(account.numbers(null).missingRanges).toMatchObject([{ cause: 'lost' }]);
    expect(intake.strays.get()).toEqual({ unknown_apid: 6 });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  contactKey,
  encodeBatteryPacket,
  encodeBatteryText,
  encodeClosingPacket,
} from '#common/contracts';
import { MICROS_PER_SECOND, parseInstant } from '#common/domain';
import { readersOf } from '../packets/testing/own-definitions.js';
import type { Reception } from '../receptions/reception.js';
import { NUMBERS_PER_SECOND_MAX } from './plausibility.js';
import { datagram } from './testing/datagrams.js';
import { IntakeUnderTest, TIME_WINDOW } from './testing/intake-under-test.js';

const SECRET = 'a master secret that nobody else knows';
const APID = 1;
const FOREIGN_APID = 300;
const TEXT_PORT = 21_000;
const NOW = parseInstant('2030-01-01T00:00:00Z')!;
const FIRST = 100;
const FOREIGN_PACKET = `name: clock
title: A clock of a foreign ship
ship: Ship 3
from: [127.0.0.1]
apids: ${FOREIGN_APID}
length: 15
sequence: header
secondary_header: false
time: { form: unix-ms, at: 6 }
checksum: none
fields: [{ name: volts, at: 14, type: uint8 }]
`;

const msOf = (text: string): number => parseInstant(text)! / 1_000;

const TOO_EARLY = ['1970-01-01T00:00:00Z', '1980-01-06T00:00:00Z', '1999-12-31T23:59:59.999Z'];
const TOO_LATE = ['2100-01-01T00:00:00Z', '2106-02-07T06:28:15Z', '2254-12-31T00:00:00Z'];
const EDGES = ['2000-01-01T00:00:00Z', '2099-12-31T23:59:59.999Z'];

const packet = (sequence: number, at = '2030-01-01T00:00:00Z', key?: Buffer): Buffer =>
  encodeBatteryPacket(
    {
      apid: APID,
      sequence,
      generatedAtMs: msOf(at),
      records: [{ battery: 0, mode: 'idle', volts: 20, amperes: 0, celsius: 20, charge: 50 }],
    },
    key,
  );

function foreignPacket(count14: number, at: string): Buffer {
  const bytes = Buffer.alloc(15);
  bytes.writeUInt16BE(FOREIGN_APID, 0);
  bytes.writeUInt16BE(0xc000 | count14, 2);
  bytes.writeUInt16BE(bytes.length - 7, 4);
  bytes.writeBigUInt64BE(BigInt(msOf(at)), 6);
  return bytes;
}

describe('what cannot be is rejected by its reason, and stored nowhere:', () => {
  let intake: IntakeUnderTest;
  let reception: Reception;

  const start = async (secret: string | null): Promise<void> => {
    intake = await IntakeUnderTest.start(secret, readersOf(FOREIGN_PACKET));
    reception = await intake.receive(1, { apid: APID });
    // The ship has just been asked.
    reception.time.told(NOW, intake.clock.monotonicMs());
    reception.agreement = { eventKey: 'key', firstSequence: FIRST, streamAskedAt: NOW };
    reception.statedFirst = FIRST;
  };

  beforeEach(() => start(null));

  afterEach(() => intake.close());

  const take = (...packets: readonly Buffer[]): void =>
    intake.take(...packets.map((bytes) => datagram(bytes)));

  const storedNumbers = async (): Promise<number[]> =>
    (await intake.stored()).frames.map(({ sequence }) => sequence);

  it('a packet from a time before or after all that the settings allow', async () => {
    take(...[...TOO_EARLY, ...TOO_LATE].map((at, nr) => packet(FIRST + nr, at)));
    take(...EDGES.map((at, nr) => packet(FIRST + nr, at)));

    expect(await storedNumbers()).toEqual([FIRST, FIRST + 1]);
    expect(reception.account.counts()).toMatchObject({
      received: 8,
      good: 2,
      rejected: { 'time-out-of-range': 6 },
    });
    expect([...intake.tables.latest.values()].map(({ generatedAt }) => generatedAt)).toEqual([
      TIME_WINDOW.last - (TIME_WINDOW.last % 1_000),
    ]);
  });

  it('a text of such a time', async () => {
    const { account } = await intake.receive(2, { port: TEXT_PORT });
    for (const at of [...TOO_EARLY, ...TOO_LATE, ...EDGES])
      intake.takeAt(
        TEXT_PORT,
        datagram(Buffer.from(encodeBatteryText({ generatedAt: parseInstant(at)!, volts: 17 }))),
      );

    expect((await intake.stored()).frames).toHaveLength(EDGES.length);
    expect(account.counts().rejected).toEqual({ 'time-out-of-range': 6 });
  });

  it('a foreign packet of such a time, whose count counts for nothing either', async () => {
    const { account } = await intake.listen(3, FOREIGN_APID);
    const times = [EDGES[0]!, ...TOO_EARLY, ...TOO_LATE, EDGES[1]!];
    take(...times.map((at, nr) => foreignPacket(nr === times.length - 1 ? 1 : 1_000 * nr, at)));

    expect((await intake.stored()).frames).toHaveLength(EDGES.length);
    expect(account.counts().rejected).toEqual({ 'time-out-of-range': 6 });
    expect(account.numbers(null).missingRanges).toEqual([]);
  });

  it('a number from before the stream began', async () => {
    take(packet(FIRST - 1), packet(FIRST), packet(0));

    expect(await storedNumbers()).toEqual([FIRST]);
    expect(reception.account.counts().rejected).toEqual({ 'before-start': 2 });
  });

  it('a number that no ship can have reached since it was asked', async () => {
    take(packet(FIRST + 9 * NUMBERS_PER_SECOND_MAX), packet(FIRST + 60 * NUMBERS_PER_SECOND_MAX));
    take(packet(0xffff_ffff));

    expect(reception.account.counts().rejected).toEqual({ 'count-jump': 2 });
    // A minute later it can be.
    reception.time.told(NOW + 60 * MICROS_PER_SECOND, intake.clock.monotonicMs());
    take(packet(FIRST + 60 * NUMBERS_PER_SECOND_MAX));
    expect(await storedNumbers()).toEqual([9, 60].map((s) => FIRST + s * NUMBERS_PER_SECOND_MAX));
  });

  it('a number after the last one, once the ship was told to stop and has said which it was', async () => {
    take(packet(FIRST + 7));
    reception.statedLast = FIRST + 7;
    take(packet(FIRST + 8), packet(FIRST + 6));

    expect(await storedNumbers()).toEqual([FIRST + 7, FIRST + 6]);
    expect(reception.account.counts().rejected).toEqual({ 'after-end': 1 });
  });

  it('a number after a closing packet that the ship has signed', async () => {
    await intake.close();
    await start(SECRET);
    const key = contactKey(SECRET, reception.contactId);
    take(packet(FIRST, undefined, key), encodeClosingPacket(APID, FIRST + 1, 0, key));
    take(packet(FIRST + 2, undefined, key), packet(FIRST + 1, undefined, key));

    expect(await storedNumbers()).toEqual([FIRST, FIRST + 1]);
    expect(reception.account.counts().rejected).toEqual({ 'after-end': 1 });
  });

  it('but not what comes after a closing packet that anyone may have sent', async () => {
    take(encodeClosingPacket(APID, FIRST, 0), packet(FIRST + 1));

    expect(await storedNumbers()).toEqual([FIRST + 1]);
    expect(reception.account.counts()).toMatchObject({ good: 1, control: 1, rejected: {} });
  });

  it('a number is believed while the ship has not said where it begins', async () => {
    reception.statedFirst = null;
    take(packet(FIRST - 1), packet(0xffff_ffff));

    expect(await storedNumbers()).toEqual([FIRST - 1, 0xffff_ffff]);
  });
});

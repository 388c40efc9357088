import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  contactKey,
  crc16,
  encodeBatteryPacket,
  encodeClosingPacket,
  packetTag,
} from '#common/contracts';
import type { Reception } from '../receptions/reception.js';
import { datagram, SHIP_PORT } from './testing/datagrams.js';
import { IntakeUnderTest } from './testing/intake-under-test.js';

const SECRET = 'a master secret that nobody else knows';

const packet = (sequence: number, key: Buffer | null, records = 1): Buffer =>
  encodeBatteryPacket(
    {
      apid: 1,
      sequence,
      generatedAtMs: 1_900_000_000_000 + sequence,
      records: Array.from({ length: records }, (_, battery) => ({
        battery,
        mode: 'idle',
        volts: 20,
        amperes: 0,
        celsius: 20,
        charge: 50,
      })),
    },
    key,
  );

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  copy.writeUInt16BE(crc16(copy, copy.length - 2), copy.length - 2);
  return copy;
}

describe('a contact with a key', () => {
  let intake: IntakeUnderTest;
  let reception: Reception;
  let key: Buffer;

  beforeEach(async () => {
    intake = await IntakeUnderTest.start(SECRET);
    reception = await intake.receive(1, { apid: 1 });
    key = contactKey(SECRET, reception.contactId);
  });

  afterEach(() => intake.close());

  it('takes what bears its tag, of every size', async () => {
    intake.take(datagram(packet(1, key)), datagram(packet(2, key, 32)));
    intake.take(datagram(encodeClosingPacket(1, 2, 0, key)));
    const { frames, samples } = await intake.stored();

    expect(frames.map((frame) => frame.packet)).toEqual([packet(1, key), packet(2, key, 32)]);
    expect(samples).toBe(33);
    expect(reception.closingSequence).toBe(2);
    expect(reception.account.counts()).toMatchObject({ received: 3, good: 2, control: 1 });
  });

  it('rejects what bears none, or that of another, and believes nothing of it', async () => {
    const foreign = contactKey(SECRET, '00000000-0000-4000-8000-000000000002');
    intake.take(...[packet(1, null), packet(2, foreign, 32)].map((data) => datagram(data)));
    intake.take(
      ...[null, foreign].map((forged) => datagram(encodeClosingPacket(1, 9, 0, forged), 6_000)),
    );
    const { blocks } = await intake.stored();

    expect(blocks).toEqual([]);
    expect(reception.closingSequence).toBeNull();
    expect(reception.firstDatagramAt).toBeNull();
    expect(intake.routes.ofSender(6_000)).toBeUndefined();
    const { rejected, received, good } = reception.account.counts();
    expect({ rejected, received, good }).toEqual({
      rejected: { unsigned: 2, 'wrong-tag': 2 },
      received: 4,
      good: 0,
    });
  });

  it('rejects a good packet with any byte behind its header changed, its CRC made to fit', () => {
    const signed = packet(1, key);
    for (let at = 6; at < signed.length - 2; at += 1) intake.take(datagram(changed(signed, at)));

    const { rejected, good } = reception.account.counts();
    expect({ rejected, good }).toEqual({ rejected: { 'wrong-tag': signed.length - 8 }, good: 0 });
  });

  it('counts a packet that is sent again as a duplicate, however late', async () => {
    for (let sequence = 1; sequence <= 3_000; sequence += 1)
      intake.take(datagram(packet(sequence, key)));
    intake.take(...[1, 1_500, 3_000].map((sequence) => datagram(packet(sequence, key), 6_000)));

    expect(reception.account.counts()).toMatchObject({ good: 3_000, duplicates: 3 });
    expect((await intake.stored()).samples).toBe(3_000);
  });

  it('blames damage on the way, not a forger, for a tag that the CRC does not fit', () => {
    const damaged = packet(1, key, 32);
    damaged[damaged.length - 5]! ^= 1;
    intake.take(datagram(damaged));

    expect(reception.account.counts()).toMatchObject({ corrupt: 1, rejected: {} });
  });

  it('names the fault of a signed packet that cannot be', () => {
    const impossible = packet(1, null);
    impossible[20] = 4;
    const resealed = Buffer.concat([impossible.subarray(0, -2), Buffer.alloc(18)]);
    resealed.writeUInt16BE(resealed.length - 7, 4);
    const tag = packetTag(key, resealed, 0, resealed.length - 18);
    tag.copy(resealed, resealed.length - 18);
    resealed.writeUInt16BE(crc16(resealed, resealed.length - 2), resealed.length - 2);
    intake.take(datagram(resealed));

    expect(reception.account.counts().rejected).toEqual({ 'unknown-mode': 1 });
  });

  it('does not let a forger say what was shed', () => {
    const port = intake.udp.sharedPort!;
    intake.intake.shed(port, datagram(packet(1, key)));
    intake.intake.shed(port, datagram(packet(2, null)));

    expect(reception.account.counts()).toMatchObject({ shed: 1, rejected: { unsigned: 1 } });
  });

  it('hears others out before it looks at a tag', () => {
    intake.take(datagram(packet(1, null), SHIP_PORT, '127.0.0.2'));

    expect(reception.account.counts().rejected).toEqual({ unknown_source: 1 });
  });
});

describe('a contact without a key', () => {
  let intake: IntakeUnderTest;

  beforeEach(async () => {
    intake = await IntakeUnderTest.start();
  });

  afterEach(() => intake.close());

  it('cannot read packets with a tag', async () => {
    const reception = await intake.receive(1, { apid: 1 });
    const key = contactKey(SECRET, reception.contactId);
    intake.take(datagram(packet(1, null)));
    intake.take(datagram(packet(2, key)), datagram(packet(3, key, 32)));

    expect(reception.account.counts()).toMatchObject({
      good: 1,
      rejected: { 'wrong-record-count': 1, 'too-long': 1 },
    });
  });
});

describe('the keys of contacts', () => {
  it('are of packets only: a text has no place for a tag', async () => {
    const intake = await IntakeUnderTest.start(SECRET);
    const reception = await intake.receive(1, { port: 21_000 });

    expect(intake.keys.keyOf(reception)).toBeNull();
    await intake.close();
  });
});

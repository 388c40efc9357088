import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  APID_MAX,
  BATTERY_PACKET_BYTES_MAX,
  BATTERY_RECORDS_MAX,
  type BatteryPacket,
  crc16,
  type DecodedPacket,
  decodeBatteryPacket,
  encodeBatteryPacket,
  encodeClosingPacket,
  GENERATED_AT_MS_MAX,
} from '#common/contracts';
import { BATTERY_MODES, MICROS_PER_MILLISECOND } from '#common/domain';
import type { PacketVerdict } from './packet-reader.js';
import { ownFile, readerOf } from './testing/own-definitions.js';

const reader = readerOf(ownFile('battery.yml'));
const TAG_BYTES = 16;

const single = fc.float({ noNaN: true, noDefaultInfinity: true });
const record = fc.record({
  battery: fc.nat(255),
  mode: fc.constantFrom(...BATTERY_MODES),
  volts: single,
  amperes: single,
  celsius: single,
  charge: single,
});
const packet: fc.Arbitrary<BatteryPacket> = fc.record({
  apid: fc.integer({ min: 1, max: APID_MAX }),
  sequence: fc.nat(0xffff_ffff),
  generatedAtMs: fc.nat(GENERATED_AT_MS_MAX),
  records: fc.array(record, { minLength: 1, maxLength: BATTERY_RECORDS_MAX }),
});

const check = (bytes: Buffer): PacketVerdict => reader.check(bytes, 0, bytes.length);

/** What the table must say where the code says this; null where the table knows nothing of it. */
function verdictOf(decoded: DecodedPacket): PacketVerdict | null {
  switch (decoded.kind) {
    case 'battery': {
      const { apid, sequence, generatedAtMs, records } = decoded.packet;
      return {
        kind: 'good',
        apid,
        count14: sequence & 0x3fff,
        sequence,
        generatedAt: generatedAtMs * MICROS_PER_MILLISECOND,
        sampleCount: records.length,
        isTagged: false,
      };
    }
    case 'closing':
      return { kind: 'malformed', reason: 'wrong-sequence-flags' };
    case 'corrupt':
      return { kind: 'corrupt', reason: 'wrong-checksum' };
    case 'malformed':
      return decoded;
    case 'idle':
      return null;
  }
}

/** Tags, idle packets and APIDs that no ship has are known to the one or the other only. */
function areBothToKnow(bytes: Buffer, verdict: PacketVerdict): boolean {
  const isSizeOfTagged =
    bytes.length > BATTERY_PACKET_BYTES_MAX && bytes.length <= BATTERY_PACKET_BYTES_MAX + TAG_BYTES;
  const isTagged = verdict.kind === 'good' && verdict.isTagged;
  const apid = bytes.length > 6 ? bytes.readUInt16BE(0) & 0x7ff : 1;
  return !isSizeOfTagged && !isTagged && apid >= 1 && apid <= APID_MAX;
}

function expectSameVerdict(bytes: Buffer): void {
  const verdict = check(bytes);
  const expected = verdictOf(decodeBatteryPacket(bytes));
  fc.pre(expected !== null && areBothToKnow(bytes, verdict));
  // The code looks at more than the flags where they say that a stream is over.
  const mayClose = bytes.length > 3 && bytes[2]! >>> 6 === 0;
  expect(mayClose ? { kind: verdict.kind } : verdict).toEqual(
    mayClose ? { kind: expected!.kind } : expected,
  );
}

function resealed(bytes: Buffer): Buffer {
  if (bytes.length >= 2) bytes.writeUInt16BE(crc16(bytes, bytes.length - 2), bytes.length - 2);
  return bytes;
}

describe('the battery packet, read by its table', () => {
  it('has the values that the code reads', () => {
    fc.assert(
      fc.property(packet, (values) => {
        const bytes = encodeBatteryPacket(values);
        const decoded = decodeBatteryPacket(bytes);
        if (decoded.kind !== 'battery') throw new Error(decoded.kind);

        expect(check(bytes)).toEqual(verdictOf(decoded));
        expect(reader.samplesOf(bytes)).toEqual(
          decoded.packet.records.map(({ battery, mode, volts, amperes, celsius, charge }) => ({
            battery,
            values: [mode, volts, amperes, celsius, charge],
          })),
        );
      }),
    );
  });

  it('is judged as by the code when bytes of it are changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(packet, changes, fc.boolean(), (values, changed, isResealed) => {
        const bytes = encodeBatteryPacket(values);
        for (const [at, byte] of changed) bytes[at % Math.min(bytes.length, 40)] = byte;
        expectSameVerdict(isResealed ? resealed(bytes) : bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is judged as by the code when it is cut or drawn out', () => {
    fc.assert(
      fc.property(packet, fc.nat(700), fc.boolean(), (values, size, isResealed) => {
        const bytes = Buffer.alloc(size);
        encodeBatteryPacket(values).copy(bytes);
        expectSameVerdict(isResealed ? resealed(bytes) : bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is judged as by the code whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), fc.boolean(), (noise, isResealed) => {
        const bytes = Buffer.from(noise);
        expectSameVerdict(isResealed ? resealed(bytes) : bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read wherever it lies', () => {
    fc.assert(
      fc.property(packet, fc.nat(100), fc.nat(100), (values, before, behind) => {
        const bytes = encodeBatteryPacket(values);
        const slab = Buffer.concat([Buffer.alloc(before, 0xa5), bytes, Buffer.alloc(behind, 0x5a)]);
        expect(reader.check(slab, before, bytes.length)).toEqual(check(bytes));
      }),
    );
  });

  it('may have a tag before its check sum', () => {
    fc.assert(
      fc.property(packet, (values) => {
        const plain = encodeBatteryPacket(values);
        const body = plain.subarray(0, -2);
        const bytes = Buffer.concat([body, Buffer.alloc(TAG_BYTES, 0x77), Buffer.alloc(2)]);
        bytes.writeUInt16BE(bytes.length - 7, 4);

        expect(check(resealed(bytes))).toEqual({ ...check(plain), isTagged: true });
        expect(reader.samplesOf(bytes)).toEqual(reader.samplesOf(plain));
      }),
    );
  });

  it('is none when it closes a stream', () => {
    const closing = encodeClosingPacket(200, 7, 0);
    expect(check(closing)).toEqual({ kind: 'malformed', reason: 'wrong-sequence-flags' });
  });
});

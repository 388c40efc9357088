import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BATTERY_MODES } from '#common/domain';
import {
  APID_MAX,
  BATTERY_PACKET_BYTES_MAX,
  BATTERY_RECORDS_MAX,
  type BatteryPacket,
  encodeBatteryPacket,
  encodeClosingPacket,
  GENERATED_AT_MS_MAX,
} from './battery-packet.js';
import { crc16 } from './crc16.js';
import { decodeBatteryPacket } from './decoded-packet.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const ONE_RECORD: BatteryPacket = {
  apid: 200,
  sequence: 1,
  generatedAtMs: 1_700_000_000_000,
  records: [
    { battery: 0, mode: 'discharging', volts: 28.5, amperes: -1.5, celsius: 21.25, charge: 87.5 },
  ],
};
const ONE_RECORD_BYTES = hex(
  `08 c8 c0 01 00 20 00 00 01 8b cf e5 68 00 00 00 00 01 01 00 01 41 e4 00 00 bf c0 00 00 41 aa 00 00
   42 af 00 00 dd 19`,
);

const TWO_RECORDS: BatteryPacket = {
  apid: 201,
  sequence: 16_385,
  generatedAtMs: 1_700_000_000_123,
  records: [
    { battery: 0, mode: 'charging', volts: 27.75, amperes: 2.25, celsius: -4.5, charge: 50 },
    { battery: 1, mode: 'fault', volts: 24, amperes: -0.5, celsius: 60, charge: 12.5 },
  ],
};
const TWO_RECORDS_BYTES = hex(
  `08 c9 c0 01 00 32 00 00 01 8b cf e5 68 7b 00 00 40 01 02 00 02 41 de 00 00 40 10 00 00 c0 90 00 00
   42 48 00 00 01 03 41 c0 00 00 bf 00 00 00 42 70 00 00 41 48 00 00 f2 24`,
);

const single = fc.float({ noNaN: true, noDefaultInfinity: true });
const record = fc.record({
  battery: fc.nat(255),
  mode: fc.constantFrom(...BATTERY_MODES),
  volts: single,
  amperes: single,
  celsius: single,
  charge: single,
});
const numbered = {
  apid: fc.integer({ min: 1, max: APID_MAX }),
  sequence: fc.nat(0xffff_ffff),
  generatedAtMs: fc.nat(GENERATED_AT_MS_MAX),
};
const packet: fc.Arbitrary<BatteryPacket> = fc.record({
  ...numbered,
  records: fc.array(record, { minLength: 1, maxLength: BATTERY_RECORDS_MAX }),
});
const anyPacketBytes = fc.oneof(
  packet.map(encodeBatteryPacket),
  fc
    .record(numbered)
    .map(({ apid, sequence, generatedAtMs }) => encodeClosingPacket(apid, sequence, generatedAtMs)),
);

/** The bytes after a change, with a CRC that fits again. */
function altered(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  copy.writeUInt16BE(crc16(copy, copy.length - 2), copy.length - 2);
  return copy;
}

describe('a battery packet', () => {
  it.each([
    ['one record', ONE_RECORD, ONE_RECORD_BYTES],
    ['two records', TWO_RECORDS, TWO_RECORDS_BYTES],
  ])('has the golden bytes of %s, both ways', (_name, values, bytes) => {
    expect(encodeBatteryPacket(values).toString('hex')).toBe(bytes.toString('hex'));
    expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'battery', packet: values });
  });

  it('comes back as it was, for any values', () => {
    fc.assert(
      fc.property(packet, (values) => {
        const bytes = encodeBatteryPacket(values);

        expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'battery', packet: values });
        expect(crc16(bytes)).toBe(0);
        expect(bytes.length).toBeLessThanOrEqual(BATTERY_PACKET_BYTES_MAX);
      }),
    );
  });

  it('is never read as good with any one bit flipped', () => {
    fc.assert(
      fc.property(anyPacketBytes, fc.nat(), (bytes, position) => {
        const bit = position % (bytes.length * 8);
        bytes[bit >>> 3]! ^= 0x80 >>> (bit & 7);

        expect(['corrupt', 'malformed']).toContain(decodeBatteryPacket(bytes).kind);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never read as good with any bit of the highest APID flipped', () => {
    const bytes = encodeBatteryPacket({ ...ONE_RECORD, apid: APID_MAX });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >>> 3]! ^= 0x80 >>> (bit & 7);
      expect(decodeBatteryPacket(copy).kind).toBe('corrupt');
    }
  });

  it('is never read as good when cut short', () => {
    fc.assert(
      fc.property(anyPacketBytes, fc.nat(), (bytes, size) => {
        const cut = bytes.subarray(0, size % bytes.length);
        expect(['battery', 'closing', 'idle']).not.toContain(decodeBatteryPacket(cut).kind);
      }),
    );
  });

  it('refuses to be made of what the format cannot hold', () => {
    expect(() => encodeBatteryPacket({ ...ONE_RECORD, records: [] })).toThrow(RangeError);
    expect(() => encodeBatteryPacket({ ...ONE_RECORD, apid: 2_047 })).toThrow(RangeError);
    expect(() => encodeBatteryPacket({ ...ONE_RECORD, sequence: 2 ** 32 })).toThrow(RangeError);
  });
});

describe('a closing packet', () => {
  it('names the stream and its last number', () => {
    fc.assert(
      fc.property(fc.record(numbered), ({ apid, sequence, generatedAtMs }) => {
        const bytes = encodeClosingPacket(apid, sequence, generatedAtMs);

        expect(decodeBatteryPacket(bytes)).toEqual({
          kind: 'closing',
          apid,
          lastSequence: sequence,
        });
        expect(bytes.readUInt16BE(2) >>> 14).toBe(0);
      }),
    );
  });
});

describe('reading a packet', () => {
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        expect(decodeBatteryPacket(Buffer.from(bytes)).kind).toBeTypeOf('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on any body whose CRC fits', () => {
    const bodies = fc.tuple(packet, fc.uint8Array({ minLength: 13, maxLength: 600 }));
    fc.assert(
      fc.property(bodies, ([values, noise]) => {
        const bytes = altered(encodeBatteryPacket(values), (copy) =>
          copy.set(noise.subarray(0, copy.length - 8), 6),
        );
        expect(['battery', 'malformed']).toContain(decodeBatteryPacket(bytes).kind);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'too-short'],
    ['a bare header', ONE_RECORD_BYTES.subarray(0, 6), 'too-short'],
    ['a header and a byte', ONE_RECORD_BYTES.subarray(0, 20), 'too-short'],
    ['more than 32 records', Buffer.alloc(BATTERY_PACKET_BYTES_MAX + 1), 'too-long'],
    ['version 1', altered(ONE_RECORD_BYTES, (b) => void (b[0]! |= 0x20)), 'wrong-version-or-type'],
    [
      'a telecommand',
      altered(ONE_RECORD_BYTES, (b) => void (b[0]! |= 0x10)),
      'wrong-version-or-type',
    ],
    [
      'no secondary header',
      altered(ONE_RECORD_BYTES, (b) => void (b[0]! &= 0xf7)),
      'no-secondary-header',
    ],
    [
      'a wrong length',
      altered(ONE_RECORD_BYTES, (b) => void b.writeUInt16BE(33, 4)),
      'length-differs',
    ],
    [
      'a first segment',
      altered(ONE_RECORD_BYTES, (b) => void (b[2]! = 0x40)),
      'wrong-sequence-flags',
    ],
    ['counts that differ', altered(ONE_RECORD_BYTES, (b) => void (b[17] = 2)), 'counts-differ'],
    ['a time after 2255', altered(ONE_RECORD_BYTES, (b) => void (b[6] = 1)), 'wrong-time'],
    ['no records', altered(ONE_RECORD_BYTES, (b) => void (b[18] = 0)), 'wrong-record-count'],
    ['33 records', altered(ONE_RECORD_BYTES, (b) => void (b[18] = 33)), 'wrong-record-count'],
    [
      'records in a closing packet',
      altered(ONE_RECORD_BYTES, (b) => void (b[2] = 0)),
      'wrong-record-count',
    ],
    ['an unknown mode', altered(ONE_RECORD_BYTES, (b) => void (b[20] = 4)), 'unknown-mode'],
    [
      'a voltage that is not a number',
      altered(ONE_RECORD_BYTES, (b) => void b.writeFloatBE(Number.NaN, 21)),
      'value-not-finite',
    ],
    [
      'an infinite charge',
      altered(ONE_RECORD_BYTES, (b) => void b.writeFloatBE(-Infinity, 33)),
      'value-not-finite',
    ],
    ['an idle packet of the wrong length', hex('07 ff c0 00 00 01 00'), 'length-differs'],
  ])('names what is wrong with %s', (_name, bytes, reason) => {
    expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'malformed', reason });
  });

  it.each([
    ['with our headers and CRC', altered(ONE_RECORD_BYTES, (b) => void b.writeUInt16BE(0x0fff, 0))],
    ['bare, as 133.0-B has it', hex('07 ff c0 00 00 02 55 55 55')],
  ])('knows an idle packet %s', (_name, bytes) => {
    expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'idle' });
  });

  it('says what a corrupt packet claims', () => {
    const bytes = Buffer.from(TWO_RECORDS_BYTES);
    bytes[30]! ^= 0x01;

    expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'corrupt', apid: 201, sequence: 16_385 });
  });

  it('does not believe a corrupt packet whose two counts differ', () => {
    const bytes = Buffer.from(TWO_RECORDS_BYTES);
    bytes[17]! ^= 0x04;

    expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'corrupt', apid: 201, sequence: null });
  });

  it('names no ship for a corrupt packet with an APID that none has', () => {
    const bytes = Buffer.from(TWO_RECORDS_BYTES);
    bytes.writeUInt16BE(0x0800, 0);

    expect(decodeBatteryPacket(bytes)).toEqual({ kind: 'corrupt', apid: null, sequence: 16_385 });
  });
});

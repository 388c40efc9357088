import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contactKey,
  crc16,
  decodeBatteryText,
  encodeBatteryPacket,
  encodeBatteryText,
} from '#common/contracts';
import { damaged, TRUNCATED_PACKET_BYTES_MIN } from './damage.js';

const READING = { mode: 'idle', volts: 28, amperes: 0, celsius: 20, charge: 90 } as const;
const packet = (recordCount: number, sequence: number, key: Buffer | null): Buffer => {
  const records = Array.from({ length: recordCount }, (_, battery) => ({ battery, ...READING }));
  return encodeBatteryPacket(
    { apid: 200, sequence, generatedAtMs: 1_700_000_000_123, records },
    key,
  );
};
const bits = fc.nat(2 ** 32 - 1);
const sequences = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const keys = fc.constantFrom(null, contactKey('secret', 'contact'));

describe('a damaged packet', () => {
  it('has a wrong CRC, but still says whose it is and which', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 32 }),
        sequences,
        keys,
        bits,
        (count, sequence, key, how) => {
          const whole = packet(count, sequence, key);
          const before = Buffer.from(whole);
          const broken = damaged('ccsds', whole, how);

          expect(whole).toEqual(before);
          expect(crc16(broken)).not.toBe(0);
          expect(broken.length).toBeGreaterThanOrEqual(TRUNCATED_PACKET_BYTES_MIN);
          expect(broken.length).toBeLessThanOrEqual(whole.length);
          expect(damaged('ccsds', whole, how)).toEqual(broken);
          expect(broken.readUInt16BE(0) & 0x7ff).toBe(200);
          expect(broken.readUInt16BE(2) & 0x3fff).toBe(sequence & 0x3fff);
          expect(broken.readUInt32BE(14)).toBe(sequence);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is sometimes shorter, sometimes as long', () => {
    const whole = packet(4, 1, null);
    const lengths = Array.from({ length: 200 }, (_, how) => damaged('ccsds', whole, how).length);

    expect(lengths).toContain(whole.length);
    expect(Math.min(...lengths)).toBeLessThan(whole.length);
  });
});

describe('a damaged text', () => {
  it('cannot be read, and is not empty', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99, max: 99 }), bits, (volts, how) => {
        const whole = Buffer.from(encodeBatteryText({ generatedAt: 1_700_000_000_123_456, volts }));
        const broken = damaged('json', whole, how);

        expect(decodeBatteryText(broken).kind).toBe('malformed');
        expect(broken.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });
});

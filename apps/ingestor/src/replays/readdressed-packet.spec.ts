import { describe, expect, it } from 'vitest';
import {
  type BatteryPacket,
  decodeBatteryPacket,
  encodeBatteryPacket,
  isSigned,
} from '#common/contracts';
import { readdressed } from './readdressed-packet.js';

const record = { battery: 3, mode: 'idle' as const, volts: 28.5, amperes: -1, celsius: 20 };
const packet: BatteryPacket = {
  apid: 200,
  sequence: 70_000,
  generatedAtMs: 1_700_000_000_000,
  records: [record, record].map((one) => ({ ...one, charge: 50 })),
};
const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

describe('a packet with another address', () => {
  it.each([
    ['unsigned', null],
    ['signed', oldKey],
  ])('is as the ship would have sent it there, %s before', (_, key) => {
    const stored = encodeBatteryPacket(packet, key);
    const there = { ...packet, apid: 1_999 };

    expect(readdressed(stored, 1_999, null)).toEqual(encodeBatteryPacket(there));
    const signed = readdressed(stored, 1_999, newKey);
    expect(signed).toEqual(encodeBatteryPacket(there, newKey));
    expect(isSigned(newKey, signed)).toBe(true);
    expect(decodeBatteryPacket(readdressed(stored, 1_999, null)).kind).toBe('battery');
  });

  it('is not made of what is cut off', () => {
    expect(() => readdressed(encodeBatteryPacket(packet).subarray(0, 40), 1, null)).toThrow(
      RangeError,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from './crc16.js';

function slowly(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}

describe('the CRC of a packet', () => {
  it('has the check value of its definition', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x29b1);
  });

  it('of nothing is its start', () => {
    expect(crc16(Buffer.alloc(0))).toBe(0xffff);
  });

  it('over bytes that end in their CRC is 0', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const crc = crc16(bytes);
        expect(crc16(Uint8Array.of(...bytes, crc >>> 8, crc & 0xff))).toBe(0);
      }),
    );
  });

  it('is what byte after byte and bit after bit gives, from anywhere to anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), fc.nat(), fc.nat(), (bytes, from, size) => {
        const start = from % (bytes.length + 1);
        const end = start + (size % (bytes.length - start + 1));
        expect(crc16(bytes, end, start)).toBe(slowly(bytes.subarray(start, end)));
      }),
    );
  });

  it('looks at the bytes before the end only', () => {
    expect(crc16(Buffer.from('123456789 and more'), 9)).toBe(0x29b1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from './crc16.js';

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

  it('looks at the bytes before the end only', () => {
    expect(crc16(Buffer.from('123456789 and more'), 9)).toBe(0x29b1);
  });
});

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBatteryPacket, encodeClosingPacket } from './battery-packet.js';
import { crc16 } from './crc16.js';
import { contactKey, isSigned, KEY_BYTES, TAG_BYTES } from './packet-signature.js';

const CONTACT = '0190f6a0-7a61-7c3e-9d7e-0123456789ab';
const KEY = contactKey('a secret of the master', CONTACT);
const READING = {
  battery: 0,
  mode: 'idle',
  volts: 28,
  amperes: 0,
  celsius: 20,
  charge: 90,
} as const;
const PACKET = {
  apid: 200,
  sequence: 70_000,
  generatedAtMs: 1_700_000_000_123,
  records: [READING],
};

const hmac = (key: Uint8Array, text: Uint8Array): Buffer =>
  createHmac('sha256', key).update(text).digest();

describe('the key of a contact', () => {
  it('is HKDF-SHA-256 of the master secret, with the salt and the id of the contact', () => {
    // RFC 5869 by hand: one block is as long as the key.
    const extracted = hmac(Buffer.from('perigee/packet-signature/1'), Buffer.from('master'));
    const expanded = hmac(extracted, Buffer.concat([Buffer.from(CONTACT), Buffer.from([1])]));

    expect(contactKey('master', CONTACT)).toEqual(expanded);
    expect(contactKey(Buffer.from('master'), CONTACT)).toEqual(expanded);
  });

  it('has 32 bytes, others for each contact and each secret', () => {
    const keys = [KEY, contactKey('another', CONTACT), contactKey('a secret of the master', 'b')];

    expect(keys.map(({ length }) => length)).toEqual(Array(3).fill(KEY_BYTES));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  });
});

describe('a signed packet', () => {
  const signed = encodeBatteryPacket(PACKET, KEY);

  it('is the same with a tag over all before it, in front of the CRC over all before that', () => {
    const unsigned = encodeBatteryPacket(PACKET);
    const body = Buffer.from(unsigned.subarray(0, -2));
    body.writeUInt16BE(signed.length - 7, 4);

    expect(signed).toHaveLength(unsigned.length + TAG_BYTES);
    expect(signed.subarray(0, body.length)).toEqual(body);
    expect(signed.subarray(body.length, -2)).toEqual(hmac(KEY, body).subarray(0, TAG_BYTES));
    expect(crc16(signed)).toBe(0);
  });

  it('closes a stream, too', () => {
    const closing = encodeClosingPacket(200, 9, 1_700_000_000_000, KEY);

    expect(closing).toHaveLength(21 + TAG_BYTES);
    expect(isSigned(KEY, closing)).toBe(true);
    expect(crc16(closing)).toBe(0);
  });

  it('is recognised wherever it lies', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
        const bytes = Buffer.concat([a, signed, b]);
        expect(isSigned(KEY, bytes, a.length, signed.length)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is none with any bit before the CRC flipped, with another key, or cut', () => {
    for (let bit = 0; bit < 8 * (signed.length - 2); bit++) {
      const forged = Buffer.from(signed);
      forged[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(isSigned(KEY, forged)).toBe(false);
    }
    expect(isSigned(contactKey('another', CONTACT), signed)).toBe(false);
    for (let length = 0; length < signed.length; length++)
      expect(isSigned(KEY, signed, 0, length)).toBe(false);
    expect(isSigned(KEY, signed, 1, signed.length)).toBe(false);
    expect(isSigned(KEY, signed, -1, signed.length)).toBe(false);
  });
});

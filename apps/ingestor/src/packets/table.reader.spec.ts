import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { readerOf } from './testing/own-definitions.js';

const HEAD = `
name: thing
title: A thing
apids: [7, 10-12]
secondary_header: false
sequence: header
checksum: none
`;

/** A packet of APID 7 with count 5 around a body. */
function packetOf(body: string): Buffer {
  const bytes = Buffer.from(`0007c0050000${body.replaceAll(' ', '')}`, 'hex');
  bytes.writeUInt16BE(bytes.length - 7, 4);
  return bytes;
}

/** The values of the one sample of a packet with these fields and this body. */
function valuesOf(fields: string, body: string, more = ''): readonly unknown[] {
  const packet = packetOf(body);
  const reader = readerOf(
    `${HEAD}time: none\nlength: ${packet.length}\n${more}\nfields: [${fields}]`,
  );
  return reader.samplesOf(packet)[0]!.values;
}

describe('a value of a packet', () => {
  it.each([
    ['{ name: a, at: 6, type: uint8 }', 'ff', 255],
    ['{ name: a, at: 6, type: int8 }', 'ff', -1],
    ['{ name: a, at: 7, type: uint16 }', '00 0102', 258],
    ['{ name: a, at: 6, type: int16, order: little }', 'feff', -2],
    ['{ name: a, at: 6, type: uint24 }', '010203', 66_051],
    ['{ name: a, at: 6, type: int24, order: little }', '0000 80', -8_388_608],
    ['{ name: a, at: 6, type: uint32 }', 'ffffffff', 4_294_967_295],
    ['{ name: a, at: 6, type: int32 }', '80000000', -2_147_483_648],
    ['{ name: a, at: 6, type: int40 }', 'ffffffffff', -1],
    ['{ name: a, at: 6, type: uint64 }', '0020000000000003', 9_007_199_254_740_996],
    ['{ name: a, at: 6, type: int64 }', 'fffffffffffffffe', -2],
    ['{ name: a, at: 6, type: int64, order: little }', 'feffffffffffffff', -2],
    ['{ name: a, at: 6, type: float32 }', '3dcccccd', Math.fround(0.1)],
    ['{ name: a, at: 6, type: float64, order: little }', '9a9999999999b93f', 0.1],
    ['{ name: a, at: 6, bit: 1, type: uint3 }', '50', 5],
    ['{ name: a, at: 6, bit: 6, type: int4 }', '0280', -6],
    ['{ name: a, at: 6, bit: 7, type: uint1 }', '01', 1],
    ['{ name: a, at: 3, bit: 2, type: uint6 }', '00', 5],
    ['{ name: a, at: 6, type: uint8, scale: 0.5, offset: -10 }', '64', 40],
    ['{ name: a, at: 6, type: uint8, texts: { 0: off, 1: running } }', '01', 'running'],
    ['{ name: a, at: 6, type: int8, texts: { -1: none } }', 'ff', 'none'],
  ])('%s of %s is %s', (field, body, value) => {
    expect(valuesOf(field, body)).toEqual([value]);
  });

  it('of any bits is the number that they make', () => {
    const bits = fc.array(fc.constantFrom('0', '1'), { minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(fc.nat(7), bits, fc.boolean(), (bit, digits, isSigned) => {
        const text = ''.padStart(bit, '1') + digits.join('');
        const body = text.padEnd(Math.ceil(text.length / 8) * 8, '1').match(/.{8}/g)!;
        const hex = body.map((b) => Number.parseInt(b, 2).toString(16).padStart(2, '0')).join('');
        const whole = BigInt(`0b${digits.join('')}`);
        const type = `${isSigned ? '' : 'u'}int${digits.length}`;

        const expected = Number(isSigned ? BigInt.asIntN(digits.length, whole) : whole);
        expect(valuesOf(`{ name: a, at: 6, bit: ${bit}, type: ${type} }`, hex)).toEqual([expected]);
      }),
    );
  });

  it.each([
    ['float32 }', '7fc00000', 'value-not-finite'],
    ['float64 }', 'fff0000000000000', 'value-not-finite'],
    ['uint8, valid: [3, 5] }', '02', 'value-out-of-range'],
    ['uint8, valid: [3, 5] }', '06', 'value-out-of-range'],
    ['uint8, texts: { 1: on } }', '00', 'unknown-tank-one'],
  ])('that cannot be makes the packet faulty, or is empty: %s of %s', (type, body, reason) => {
    const field = `{ name: tank_one, at: 6, type: ${type}`;
    const packet = packetOf(body);
    const text = `${HEAD}time: none\nlength: ${packet.length}\nfields: [${field}]`;

    expect(readerOf(text).check(packet, 0, packet.length)).toEqual({ kind: 'malformed', reason });
    const lenient = readerOf(`${text}\ninvalid: empty`);
    expect(lenient.check(packet, 0, packet.length).kind).toBe('good');
    expect(lenient.samplesOf(packet)).toEqual([{ battery: 0, values: [null] }]);
  });
});

describe('the generation time of a packet', () => {
  const timeOf = (time: string, body: string): unknown => {
    const packet = packetOf(`${body}00`);
    const field = `{ name: a, at: ${packet.length - 1}, type: uint8 }`;
    const text = `${HEAD}time: ${time}\nlength: ${packet.length}\nfields: [${field}]`;
    const verdict = readerOf(text).check(packet, 0, packet.length);
    return verdict.kind === 'good' ? verdict.generatedAt : verdict.reason;
  };

  it.each([
    ['none', '', null],
    ['{ form: unix-ms, at: 6 }', '0000018bcfe56800', '2023-11-14T22:13:20Z'],
    [
      '{ form: cuc, at: 6, coarse_bytes: 4, fine_bytes: 2 }',
      '00000001 8000',
      '1958-01-01T00:00:01.5Z',
    ],
    [
      '{ form: cuc, at: 6, coarse_bytes: 4, fine_bytes: 0, leap_seconds: 37 }',
      '7be64fa5',
      '2023-11-14T22:13:20Z',
    ],
    [
      '{ form: cuc, at: 6, coarse_bytes: 4, fine_bytes: 3, epoch: 2000-01-01T12:00:00Z }',
      '0000003c 000011',
      '2000-01-01T12:01:00.000001Z',
    ],
    ['{ form: cds, at: 6, day_bytes: 2 }', '5dfa 04c4b400', '2023-11-14T22:13:20Z'],
    [
      '{ form: cds, at: 6, day_bytes: 3, submillisecond_bytes: 2 }',
      '005dfa 04c4b400 03e7',
      '2023-11-14T22:13:20.000999Z',
    ],
    [
      '{ form: cds, at: 6, day_bytes: 2, submillisecond_bytes: 4 }',
      '5dfa 04c4b400 0016e35f',
      '2023-11-14T22:13:20.000001Z',
    ],
  ])('in %s of %s is %s', (form, body, expected) => {
    expect(timeOf(form, body)).toBe(expected && parseInstant(expected));
  });

  it.each([
    ['{ form: unix-ms, at: 6 }', 'ffffffffffffffff'],
    ['{ form: cds, at: 6, day_bytes: 2 }', '5dfa 05265fe8'],
    ['{ form: cds, at: 6, day_bytes: 2, submillisecond_bytes: 2 }', '5dfa 00000000 03e8'],
    ['{ form: cuc, at: 6, coarse_bytes: 6, fine_bytes: 0 }', 'ffffffffffff'],
  ])('in %s of %s is wrong', (form, body) => {
    expect(timeOf(form, body)).toBe('wrong-time');
  });
});

describe('a packet with a repeated group', () => {
  const GROUP = `${HEAD}time: none
fields: [{ name: bus, at: 6, type: uint8, unit: V }]
repeat: { at: 8, size: 2, count: { at: 7, type: uint8, max: 3 }, fields: [{ name: cell, at: 1, type: uint8 }] }
`;
  const verdictOf = (text: string, packet: Buffer): unknown => {
    const verdict = readerOf(text).check(packet, 0, packet.length);
    return verdict.kind === 'good' ? verdict.sampleCount : verdict.reason;
  };

  it('is a sample per record, each with the values that the packet has once', () => {
    const reader = readerOf(GROUP);
    expect(reader.fields).toEqual([
      { name: 'bus', unit: 'V', type: 'number' },
      { name: 'cell', unit: null, type: 'number' },
    ]);
    expect(reader.samplesOf(packetOf('1c 02 0001 0002'))).toEqual([
      { battery: 0, values: [28, 1] },
      { battery: 1, values: [28, 2] },
    ]);
  });

  it('has as many records as its count says, which its length must fit', () => {
    expect(verdictOf(GROUP, packetOf('1c 00'))).toBe(0);
    expect(verdictOf(GROUP, packetOf('1c 02 0001 0002'))).toBe(2);
    expect(verdictOf(GROUP, packetOf('1c 02 0001'))).toBe('wrong-record-count');
    expect(verdictOf(GROUP, packetOf('1c 02 0001 0002 00'))).toBe('wrong-record-count');
    expect(verdictOf(GROUP, packetOf('1c 04 0001 0002 0003'))).toBe('wrong-record-count');
    expect(verdictOf(GROUP, packetOf('1c 04 0001 0002 0003 0004'))).toBe('too-long');
  });

  it('may have a fixed length, with records that are not used', () => {
    const fixed = `${GROUP}length: 14`;
    expect(verdictOf(fixed, packetOf('1c 01 0001 0002 0003'))).toBe(1);
    expect(verdictOf(fixed, packetOf('1c 01 0001'))).toBe('too-short');
    expect(readerOf(fixed).samplesOf(packetOf('1c 01 0001 0002 0003'))).toHaveLength(1);
  });

  it('is read as nothing where bytes are missing', () => {
    expect(readerOf(GROUP).samplesOf(packetOf('1c 03 0001'))).toEqual([]);
    expect(readerOf(GROUP).samplesOf(Buffer.alloc(0))).toEqual([]);
  });
});

describe('a reader by a table', () => {
  const text = `${HEAD}time: none\nlength: 8\nfields: [{ name: a, at: 6, type: uint16 }]`;
  const reader = readerOf(text);
  const good = packetOf('0001');
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const copy = Buffer.from(good);
    change(copy);
    return copy;
  };

  it.each([
    ['too-short', good.subarray(0, 7)],
    ['too-long', Buffer.concat([good, Buffer.alloc(1)])],
    ['wrong-version-or-type', changed((b) => void (b[0]! |= 0x20))],
    ['wrong-version-or-type', changed((b) => void (b[0]! |= 0x10))],
    ['secondary-header', changed((b) => void (b[0]! |= 0x08))],
    ['length-differs', changed((b) => void (b[5] = 9))],
    ['wrong-apid', changed((b) => void (b[1] = 8))],
    ['wrong-sequence-flags', changed((b) => void (b[2] = 0))],
  ])('says %s', (reason, bytes) => {
    expect(reader.check(bytes, 0, bytes.length)).toEqual({ kind: 'malformed', reason });
  });

  it.each([
    [0, 9],
    [-1, 8],
    [1, 8],
    [0, -1],
    [Number.NaN, 8],
  ])('does not look beyond the bytes: from %d, %d long', (offset, length) => {
    expect(reader.check(good, offset, length).kind).toBe('malformed');
  });

  it('takes segments where they are allowed', () => {
    const bytes = changed((b) => void (b[2] = 0));
    const lenient = readerOf(`${text}\nsequence_flags: any`);
    expect(lenient.check(bytes, 0, bytes.length).kind).toBe('good');
  });

  it('knows its APIDs', () => {
    expect([6, 7, 8, 9, 10, 11, 12, 13].filter((apid) => reader.takes(apid))).toEqual([
      7, 10, 11, 12,
    ]);
  });
});

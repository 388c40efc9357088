import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownFile, readerOf } from './testing/own-definitions.js';
import {
  QUICKSTART_FLAGS,
  QUICKSTART_NUMBERS,
  quickstartPacket,
} from './testing/quickstart-packet.js';

const reader = readerOf(ownFile('yamcs-quickstart.yml'));

const GOLDEN = {
  count14: 9_029,
  floats: { epoch_usno: 1.5, battery1_voltage: 12.25, battery2_temp: -4.5, detector_temp: 21.75 },
  counters: { orbit_number_cumulative: 305_419_896, elapsed_seconds: 3_000_000_000 },
  flags: { shadow: 1, mode_safe: 255 },
};
const GOLDEN_BYTES = Buffer.from(
  [
    '0064 e345 0074 3fc00000 12345678 b2d05e00',
    '00'.repeat(40),
    '41440000 00000000 00000000 c0900000',
    '00'.repeat(28),
    '41ae0000 01',
    '00'.repeat(15),
    'ff',
  ]
    .join('')
    .replaceAll(' ', ''),
  'hex',
);

const valuesByName = (packet: Buffer): Record<string, unknown> => {
  const [sample] = reader.samplesOf(packet);
  return Object.fromEntries(reader.fields.map(({ name }, at) => [name, sample?.values[at]]));
};

describe("the packet of Yamcs's quickstart", () => {
  it('has these bytes', () => {
    expect(GOLDEN_BYTES).toHaveLength(123);
    expect(quickstartPacket(GOLDEN)).toEqual(GOLDEN_BYTES);
  });

  it('is good with its 123 bytes, without a time and with a count of 14 bits', () => {
    expect(reader.check(GOLDEN_BYTES, 0, 123)).toEqual({
      kind: 'good',
      apid: 100,
      count14: 9_029,
      sequence: null,
      generatedAt: null,
      sampleCount: 1,
      isTagged: false,
    });
  });

  it('has the values at their places, and test values over the low bits of the count', () => {
    expect(valuesByName(GOLDEN_BYTES)).toMatchObject({
      ...GOLDEN.floats,
      ...GOLDEN.counters,
      ...GOLDEN.flags,
      // 9029 ends in the bits 1000101.
      enum_para_1: 0b101,
      enum_para_2: 0b001,
      enum_para_3: 0b100,
    });
  });

  it('has any values where they were put', () => {
    const names = (all: readonly string[], value: fc.Arbitrary<number>) =>
      fc.record(Object.fromEntries(all.map((name) => [name, value])));
    const values = fc.record({
      count14: fc.nat(16_383),
      floats: names(QUICKSTART_NUMBERS, fc.float({ noNaN: true, noDefaultInfinity: true })),
      counters: fc.record({
        orbit_number_cumulative: fc.nat(0xffff_ffff),
        elapsed_seconds: fc.nat(0xffff_ffff),
      }),
      flags: names(QUICKSTART_FLAGS, fc.nat(255)),
    });
    fc.assert(
      fc.property(values, (given) => {
        const packet = quickstartPacket(given);
        expect(reader.check(packet, 0, packet.length)).toMatchObject({ count14: given.count14 });
        expect(valuesByName(packet)).toMatchObject({
          ...given.floats,
          ...given.counters,
          ...given.flags,
        });
      }),
    );
  });

  it('has an empty value where a float is none', () => {
    const packet = Buffer.from(GOLDEN_BYTES);
    packet.writeFloatBE(Number.NaN, 102);
    expect(reader.check(packet, 0, 123).kind).toBe('good');
    expect(valuesByName(packet)).toMatchObject({ detector_temp: null, battery1_voltage: 12.25 });
  });

  it('is judged without a fault of ours, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), (noise) => {
        const bytes = Buffer.from(noise);
        const { kind } = reader.check(bytes, 0, bytes.length);
        expect(['good', 'malformed']).toContain(kind);
        expect(reader.samplesOf(bytes).length).toBe(bytes.length >= 123 ? 1 : 0);
      }),
    );
  });
});

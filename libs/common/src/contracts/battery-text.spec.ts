import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { BATTERY_TEXT_BYTES_MAX, decodeBatteryText, encodeBatteryText } from './battery-text.js';

const EXAMPLE =
  '{"timestamp": "2024-09-25T22:49:10.342210+00:00", "description": "Battery Voltage", "value": 17, "unit": "V"}';
const GENERATED_AT = parseInstant('2024-09-25T22:49:10.342210+00:00')!;

const instant = fc.nat(Number.MAX_SAFE_INTEGER);
const volts = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

describe('a battery text', () => {
  it('is written as the example of the format', () => {
    expect(encodeBatteryText({ generatedAt: GENERATED_AT, volts: 17 })).toBe(EXAMPLE);
  });

  it('is read as the example of the format', () => {
    expect(decodeBatteryText(Buffer.from(EXAMPLE))).toEqual({
      kind: 'reading',
      generatedAt: GENERATED_AT,
      volts: 17,
    });
  });

  it('has six digits of fraction, always', () => {
    expect(encodeBatteryText({ generatedAt: 1_000_000, volts: 5 })).toContain(
      '"1970-01-01T00:00:01.000000+00:00"',
    );
  });

  it('comes back as it was, for any values', () => {
    fc.assert(
      fc.property(instant, volts, (generatedAt, value) => {
        const text = Buffer.from(encodeBatteryText({ generatedAt, volts: value }));

        expect(decodeBatteryText(text)).toEqual({ kind: 'reading', generatedAt, volts: value });
        expect(text.length).toBeLessThanOrEqual(BATTERY_TEXT_BYTES_MAX);
      }),
    );
  });

  it('is not made of a voltage that JSON cannot hold', () => {
    expect(() => encodeBatteryText({ generatedAt: 0, volts: Number.NaN })).toThrow(RangeError);
  });
});

describe('reading a battery text', () => {
  const changed = (from: string, to: string): Buffer => Buffer.from(EXAMPLE.replace(from, to));

  it.each([
    ['1025 bytes', Buffer.from(EXAMPLE.padEnd(1_025)), 'too-long'],
    ['bytes that are not UTF-8', changed('Battery', 'Batter\u00ff').subarray(0, -1), 'not-json'],
    ['a lone byte 0xFF', Buffer.from([0xff]), 'not-utf8'],
    ['a byte order mark', Buffer.from(`\uFEFF${EXAMPLE}`), 'not-json'],
    ['nothing', Buffer.alloc(0), 'not-json'],
    ['two objects', Buffer.from(EXAMPLE + EXAMPLE), 'not-json'],
    ['an array', Buffer.from(`[${EXAMPLE}]`), 'not-an-object'],
    ['null', Buffer.from('null'), 'not-an-object'],
    ['a number', Buffer.from('17'), 'not-an-object'],
    ['no timestamp', changed('timestamp', 'time'), 'wrong-timestamp'],
    ['a local time', changed('+00:00', ''), 'wrong-timestamp'],
    ['another description', changed('Battery Voltage', 'Battery Current'), 'wrong-description'],
    ['a value in quotes', changed('17', '"17"'), 'wrong-value'],
    ['a value of null', changed('17', 'null'), 'wrong-value'],
    ['an infinite value', changed('17', '1e999'), 'wrong-value'],
    ['another unit', changed('"V"', '"mV"'), 'wrong-unit'],
  ])('refuses %s', (_name, bytes, reason) => {
    expect(decodeBatteryText(bytes)).toEqual({ kind: 'malformed', reason });
  });

  it('takes 1024 bytes, another offset, a fraction and a field it does not know', () => {
    const text =
      '{"unit":"V","value":-3.5e0,"description":"Battery Voltage","extra":[],"timestamp":"2024-09-26T00:49:10.34221+02:00"}';

    expect(decodeBatteryText(Buffer.from(text.padEnd(1_024)))).toEqual({
      kind: 'reading',
      generatedAt: GENERATED_AT,
      volts: -3.5,
    });
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 1_100 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(decodeBatteryText(Buffer.from(bytes)).kind).toBeTypeOf('string');
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

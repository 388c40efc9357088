import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOf, formatInstant, instantOf, parseInstant } from './instant.js';

describe('an instant', () => {
  it.each([
    ['2024-09-25T22:49:10.342210+00:00', '2024-09-25T22:49:10.342210Z'],
    ['2022-02-02T19:39:05.86337+01:00', '2022-02-02T18:39:05.863370Z'],
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000Z'],
    ['2024-01-01T00:00:00.0000001Z', '2024-01-01T00:00:00.000001Z'],
  ])('reads %s as %s', (text, utc) => {
    expect(formatInstant(parseInstant(text) ?? Number.NaN)).toBe(utc);
  });

  it.each([
    '2024-09-25T22:49:10',
    '2024-09-25',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-12-31T23:59:60Z',
    '2024-12-31T24:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01 00:00:00Z',
    '2024-W01',
    '9999-01-01T00:00:00Z',
    '',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('comes back from its own text, for any date that JavaScript knows', () => {
    const dates = fc.date({ min: new Date(0), max: new Date('2255-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, fc.nat(999), (date, micros) => {
        const instant = instantOf(date) + micros;
        expect(parseInstant(formatInstant(instant))).toBe(instant);
        expect(instantOf(dateOf(instant))).toBeGreaterThanOrEqual(instant);
      }),
    );
  });
});

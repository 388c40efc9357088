import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateOf, formatInstant, type Instant, instantOf, parseInstant } from './instant.js';

const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The same rules by a pattern and by dates, which is slow. */
function plainlyParsed(text: string): Instant | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day);
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return null;
  if (hour! > 23 || minute! > 59 || second! > 59) return null;
  const [sign, east, past] = [match[8], Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (east > 23 || past > 59) return null;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (east * 60 + past);
  date.setUTCHours(hour!, minute! - offsetMinutes, second, 0);
  const nanos = Number((match[7] ?? '').padEnd(9, '0'));
  const instant = date.getTime() * 1_000 + Math.ceil(nanos / 1_000);
  return Number.isSafeInteger(instant) ? instant : null;
}

const two = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'));
const nearlyTimes = fc
  .record({
    year: fc.oneof(
      fc.integer({ min: 1_680, max: 2_260 }).map(String),
      fc.constantFrom('0000', '0099', '2000', '1900'),
    ),
    date: fc.tuple(two(13), two(32)).map((parts) => parts.join('-')),
    clock: fc.tuple(two(24), two(60), two(60)).map((parts) => parts.join(':')),
    fraction: fc.oneof(
      fc.constant(''),
      fc
        .string({ unit: fc.constantFrom(...'0 1 2 3 4 5 6 7 8 9'.split(' ')), maxLength: 11 })
        .map((digits) => `.${digits}`),
    ),
    offset: fc.oneof(
      fc.constant('Z'),
      fc
        .tuple(fc.constantFrom('+', '-'), two(24), two(60))
        .map(([sign, ...parts]) => sign + parts.join(':')),
    ),
  })
  .map(({ year, date, clock, fraction, offset }) => `${year}-${date}T${clock}${fraction}${offset}`);
/** With one character for another, one more, or one less. */
const misspelt = fc
  .tuple(
    nearlyTimes,
    fc.nat(35),
    fc.nat(1),
    fc.constantFrom('', '0', ':', 'T', 'Z', '.', '-', '\n', '٣', ' '),
  )
  .map(([text, at, cut, char]) => text.slice(0, at) + char + text.slice(at + cut));

describe('an instant', () => {
  it('is written as dates are, with its microseconds, in whichever order instants come', () => {
    const instants = fc.integer({ min: -9e15, max: 9e15 });
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 172_800_000_000 }), (first, later) => {
        const whole = first - (first % 1_000);
        for (const instant of [first, Math.min(first + later, 9e15), whole]) {
          const millis = Math.floor(instant / 1_000);
          const micros = String(instant - millis * 1_000).padStart(3, '0');
          const text = new Date(millis).toISOString().slice(0, -1);
          expect(formatInstant(instant)).toBe(`${text}${micros === '000' ? '' : micros}Z`);
        }
      }),
    );
    expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
  });

  it('is read as its pattern says, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyTimes, misspelt, fc.string()), (text) => {
        expect(parseInstant(text)).toBe(plainlyParsed(text));
      }),
      { numRuns: 20_000 },
    );
  });

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

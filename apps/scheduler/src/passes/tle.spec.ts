import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '#common/domain';
import { ValidationException } from '#common/platform';
import { checksumOf, readTle } from './tle.js';
import { ISS_TLE } from './testing/orbits.js';

const [ONE, TWO] = ISS_TLE;

/** With other text from a column on, counted from 1, and the right check sum. */
function changed(line: string, column: number, text: string): string {
  const next = line.slice(0, column - 1) + text + line.slice(column - 1 + text.length);
  return next.slice(0, 68) + checksumOf(next);
}

function faultOf(lines: readonly [string, string]): string {
  try {
    readTle(lines);
  } catch (fault) {
    if (fault instanceof ValidationException) return fault.errors[0]!.message;
    throw fault;
  }
  return 'none';
}

describe('A two-line element set', () => {
  it('is read to the last digit', () => {
    const { epoch, ...elements } = readTle(ISS_TLE);
    expect(formatInstant(epoch)).toBe('2008-09-20T12:25:40.104192Z');
    expect(elements).toEqual({
      catalogNumber: '25544',
      inclinationDegrees: 51.6416,
      ascendingNodeDegrees: 247.4627,
      eccentricity: 0.0006703,
      perigeeArgumentDegrees: 130.536,
      meanAnomalyDegrees: 325.0288,
      revolutionsPerDay: 15.72125391,
      dragTerm: -0.11606e-4,
    });
  });

  it('may end its lines as a file does', () => {
    expect(readTle([`${ONE}\r`, `${TWO} `])).toEqual(readTle(ISS_TLE));
  });

  it('has years from 1957 to 2056', () => {
    const years = ['57', '99', '00', '56'].map(
      (year) => readTle([changed(ONE, 19, year), TWO]).epoch,
    );
    expect(years.map((epoch) => formatInstant(epoch).slice(0, 4))).toEqual([
      '1957',
      '1999',
      '2000',
      '2056',
    ]);
  });

  it('takes catalog numbers over 99999 with a letter', () => {
    const [one, two] = [changed(ONE, 3, 'T5544'), changed(TWO, 3, 'T5544')];
    expect(readTle([one, two]).catalogNumber).toBe('T5544');
  });

  it.each([
    ['its lines exchanged', [TWO, ONE], 'line 1, column 1: the line number must be 1'],
    ['a line cut', [ONE.slice(0, 68), TWO], 'line 1 must have 69 characters, not 68'],
    ['a line too long', [ONE, `${TWO}7`], 'line 2 must have 69 characters, not 70'],
    ['a wrong check sum', [`${ONE.slice(0, 68)}8`, TWO], 'line 1, column 69: the check sum'],
    ['other numbers', [ONE, changed(TWO, 3, '25545')], 'line 2, columns 3 to 7: the catalog'],
    ['no catalog number', [changed(ONE, 3, '     '), TWO], 'line 1, columns 3 to 7: the catalog'],
    ['a letter that is none', [changed(ONE, 3, 'O5544'), TWO], 'line 1, columns 3 to 7'],
    ['a day 0', [changed(ONE, 21, '000'), TWO], 'columns 21 to 32: the day of the epoch must be'],
    ['a day 366', [changed(ONE, 19, '07366'), TWO], 'must be from 1 to 365 in 2007'],
    ['a text for a number', [ONE, changed(TWO, 9, ' 5x.6416')], 'line 2, columns 9 to 16'],
    ['a text for a power', [changed(ONE, 54, '-11606 4'), TWO], 'line 1, columns 54 to 61'],
    ['an inclination of 181°', [ONE, changed(TWO, 9, '181')], 'columns 9 to 16: the inclination'],
    ['a node at 361°', [ONE, changed(TWO, 18, '361')], 'must be from 0 to 360'],
    ['no motion', [ONE, changed(TWO, 53, ' 0.00000000')], 'columns 53 to 63: the mean motion'],
    ['another theory', [changed(ONE, 63, '4'), TWO], 'line 1, column 63: the ephemeris type'],
    ['a shifted field', [ONE, changed(TWO, 17, '2474627 ')], 'line 2, column 17: the column must'],
  ])('is refused with %s', (_case, lines, message) => {
    expect(faultOf(lines as [string, string])).toContain(message);
  });

  it('is refused with any one digit changed, unless nobody can tell', () => {
    fc.assert(
      fc.property(fc.nat(1), fc.nat(67), fc.integer({ min: 0, max: 9 }), (which, at, digit) => {
        const line = ISS_TLE[which]!;
        fc.pre(/\d/.test(line[at]!) && line[at] !== String(digit));
        const broken = line.slice(0, at) + digit + line.slice(at + 1);
        expect(faultOf(which === 0 ? [broken, TWO] : [ONE, broken])).toMatch(/^line [12], column/);
      }),
    );
  });

  it('is read or refused, whatever it is', () => {
    const text = fc.string({ minLength: 60, maxLength: 72, unit: 'grapheme' });
    fc.assert(fc.property(text, text, (one, two) => faultOf([one, two]).length > 0));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPointId, parsePointId } from './point-id.js';

const points = fc.record({
  ship: fc.string({ minLength: 1, maxLength: 128, unit: 'binary' }),
  battery: fc.integer({ min: 0, max: 255 }),
  field: fc.stringMatching(/^[a-z][a-z0-9_]{0,47}$/),
});

describe('the id of a point', () => {
  it('reads well for an ordinary ship', () => {
    expect(formatPointId({ ship: 'USS Enterprise', battery: 0, field: 'volts' })).toBe(
      'USS~20Enterprise.0.volts',
    );
  });

  it('comes back as it was, for any ship', () => {
    fc.assert(
      fc.property(points, (point) => {
        expect(parsePointId(formatPointId(point))).toEqual(point);
      }),
    );
  });

  it('is the same after it went through an address, and never a list', () => {
    fc.assert(
      fc.property(points, (point) => {
        const id = formatPointId(point);
        expect(encodeURIComponent(id)).toBe(id);
        expect(id).not.toMatch(/[ ,/:%]/);
      }),
    );
  });

  it.each([
    '',
    'volts',
    'Voyager.volts',
    'Voyager.0.',
    '.0.volts',
    'Voyager.256.volts',
    'Voyager.00.volts',
    'Voyager.0.Volts',
    'Voyager 2.0.volts',
    'Voyager~2.0.volts',
    'Voyager~2f.0.volts',
    'Voyager~41.0.volts',
    'Voyager~FF.0.volts',
    `${'V'.repeat(3_000)}.0.volts`,
  ])('is not %s', (id) => {
    expect(parsePointId(id)).toBeNull();
  });

  it('is read from any text without a fault', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const point = parsePointId(text);
        expect(point === null || formatPointId(point) === text).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median } from './median.js';

describe('a median', () => {
  it.each([
    [[5], 5],
    [[9, 1, 10], 9],
    [[100, 1, 4, 2], 3],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has as many values below as above, in whatever order they come', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 });
    fc.assert(
      fc.property(values, (found) => {
        const middle = median(found);
        const below = found.filter((value) => value < middle).length;
        const above = found.filter((value) => value > middle).length;

        expect(Math.max(below, above)).toBeLessThanOrEqual(found.length / 2);
        expect(median(found.toReversed())).toBe(middle);
      }),
    );
  });

  it('of nothing is none', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

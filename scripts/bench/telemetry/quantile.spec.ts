import { describe, expect, it } from 'vitest';
import { quantile } from './quantile.js';

describe('a quantile', () => {
  const HUNDRED = Array.from({ length: 100 }, (_, at) => 100 - at);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('at %d of 1 to 100 is %d', (share, expected) => {
    expect(quantile(HUNDRED, share)).toBe(expected);
  });

  it('of one value is that, and of nothing is none', () => {
    expect(quantile([7], 0.99)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

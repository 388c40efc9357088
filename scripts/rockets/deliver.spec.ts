import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliver } from './deliver.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a delivery', () => {
  it('is the messages themselves when nothing goes wrong', () => {
    expect(deliver(numbers(1_000))).toEqual(numbers(1_000));
  });

  it('loses nothing, and moves no message further than the depth', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(30), fc.nat(), (count, shuffle, seed) => {
        const arrivals = deliver(numbers(count), { shuffle, seed });

        expect(arrivals.toSorted((a, b) => a - b)).toEqual(numbers(count));
        for (const [at, number] of arrivals.entries())
          expect(Math.abs(at - number)).toBeLessThanOrEqual(shuffle);
      }),
    );
  });

  it('does shuffle', () => {
    expect(deliver(numbers(100), { shuffle: 10, seed: 1 })).not.toEqual(numbers(100));
  });

  it('repeats about the share asked for, each once and after its first', () => {
    const arrivals = deliver(numbers(10_000), { shuffle: 20, duplicate: 0.25, seed: 3 });

    expect(new Set(arrivals).size).toBe(10_000);
    expect(arrivals.length).toBeGreaterThan(12_200);
    expect(arrivals.length).toBeLessThan(12_800);
  });

  it('repeats every message at a share of 1', () => {
    expect(deliver(numbers(100), { duplicate: 1 })).toHaveLength(200);
  });

  it('follows from its seed', () => {
    const options = { shuffle: 10, duplicate: 0.5, seed: 5 };

    expect(deliver(numbers(100), options)).toEqual(deliver(numbers(100), options));
    expect(deliver(numbers(100), options)).not.toEqual(
      deliver(numbers(100), { ...options, seed: 6 }),
    );
  });
});

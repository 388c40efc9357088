import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingRanges, missingUpTo, takenUpTo } from './rocket-missing.js';
import { NO_NUMBERS, takeNumber, type TakenNumbers } from './rocket-numbers.js';

const takeAll = (numbers: Iterable<number>): TakenNumbers => {
  let taken = NO_NUMBERS;
  for (const number of numbers) taken = takeNumber(taken, number) ?? taken;
  return taken;
};

const arrivals = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
const upTo = fc.integer({ min: 1, max: 65 });

describe('missing numbers', () => {
  it('are those that a higher number shows to exist, up to any number', () => {
    fc.assert(
      fc.property(arrivals, upTo, (numbers, end) => {
        const taken = takeAll(numbers);
        const last = Math.min(end, Math.max(0, ...numbers));
        const missing = Array.from({ length: last }, (_, nr) => nr + 1).filter(
          (number) => !numbers.includes(number),
        );

        const ranges = missingRanges(taken, end, Number.POSITIVE_INFINITY);
        const told = ranges.flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_, nr) => from + nr),
        );
        expect(told).toEqual(missing);
        for (const [nr, { from }] of ranges.entries())
          expect(from).toBeGreaterThan((ranges[nr - 1]?.to ?? -1) + 1);
        expect(missingUpTo(taken, end)).toBe(missing.length);
        expect(missingRanges(taken, end, 2)).toEqual(ranges.slice(0, 2));
      }),
    );
  });

  it('are cut from the taken ones as if no higher number had come', () => {
    fc.assert(
      fc.property(arrivals, upTo, (numbers, end) => {
        const low = numbers.filter((number) => number <= end);

        expect(takenUpTo(takeAll(numbers), end)).toEqual(takeAll(low));
      }),
    );
  });

  it('may be nearly all that there are', () => {
    const largest = Number.MAX_SAFE_INTEGER;
    const taken = takeAll([largest]);

    expect(missingUpTo(taken, largest)).toBe(largest - 1);
    expect(missingRanges(taken, largest, 9)).toEqual([{ from: 1, to: largest - 1 }]);
    expect(missingRanges(taken, 5, 9)).toEqual([{ from: 1, to: 5 }]);
    expect(missingUpTo(taken, 5)).toBe(5);
  });
});

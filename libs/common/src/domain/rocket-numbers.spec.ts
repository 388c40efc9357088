import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gapCount,
  highestNumber,
  missingCount,
  numbersAfter,
  numbersBefore,
  NO_NUMBERS,
  takeNumber,
  type TakenNumbers,
} from './rocket-numbers.js';

const takeAll = (numbers: Iterable<number>): TakenNumbers => {
  let taken = NO_NUMBERS;
  for (const number of numbers) taken = takeNumber(taken, number) ?? taken;
  return taken;
};

/** Writes the ranges of a set of numbers down by walking over it. */
function rangesOf(numbers: ReadonlySet<number>): number[] {
  const sorted = [...numbers].toSorted((a, b) => a - b);
  const starts = sorted.filter((number) => !numbers.has(number - 1));
  const ends = sorted.filter((number) => !numbers.has(number + 1));
  return starts.flatMap((start, at) => [start, ends[at] ?? start]);
}

describe('taken numbers', () => {
  it('are the same as a set, for any numbers in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 }), (numbers) => {
        const set = new Set<number>();
        let taken = NO_NUMBERS;
        for (const number of numbers) {
          const next = takeNumber(taken, number);
          expect(next === null).toBe(set.has(number));
          taken = next ?? taken;
          set.add(number);
        }

        const head = taken.lowWater > 0 ? [1, taken.lowWater] : [];
        expect([...head, ...taken.ranges]).toEqual(rangesOf(set));
        expect(taken.count).toBe(set.size);
        expect(highestNumber(taken)).toBe(Math.max(0, ...set));
        expect(missingCount(taken)).toBe(Math.max(0, ...set) - set.size);
      }),
    );
  });

  it('are told in both directions from any number on', () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 62 }), (numbers, from) => {
        const taken = takeAll(numbers);
        const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);

        expect([...numbersAfter(taken, from)]).toEqual(sorted.filter((number) => number > from));
        expect([...numbersBefore(taken, from)]).toEqual(
          sorted.filter((number) => number < from).toReversed(),
        );
      }),
    );
  });

  it('cost nothing where they are dense', () => {
    const taken = takeAll(Array.from({ length: 10_000 }, (_, index) => index + 1));

    expect(taken).toEqual({ lowWater: 10_000, ranges: [], count: 10_000 });
  });

  it('hold 10,000 open gaps and close them all', () => {
    const even = Array.from({ length: 10_000 }, (_, index) => 2 * (index + 1));
    const open = takeAll(even);
    expect(gapCount(open)).toBe(10_000);

    let closed = open;
    for (const number of even.toReversed()) closed = takeNumber(closed, number - 1) ?? closed;
    expect(closed).toEqual({ lowWater: 20_000, ranges: [], count: 20_000 });
  });

  it('reach to the largest number that JSON carries', () => {
    const largest = Number.MAX_SAFE_INTEGER;
    const taken = takeAll([largest, largest - 1, 1]);

    expect(taken).toEqual({ lowWater: 1, ranges: [largest - 1, largest], count: 3 });
    expect(takeNumber(taken, largest)).toBeNull();
  });
});

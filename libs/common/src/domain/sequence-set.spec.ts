import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceSet } from './sequence-set.js';

const numbers = fc.array(fc.nat(60), { maxLength: 120 });
const fill = (values: readonly number[]): SequenceSet => {
  const set = new SequenceSet();
  for (const value of values) set.add(value);
  return set;
};
const inside = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);

describe('SequenceSet', () => {
  it('holds what a plain set holds, and says what is new', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const plain = new Set<number>();
        const set = new SequenceSet();
        for (const value of values) {
          expect(set.add(value)).toBe(!plain.has(value));
          plain.add(value);
        }

        expect(set.size).toBe(plain.size);
        for (const value of inside(0, 62)) expect(set.has(value)).toBe(plain.has(value));
        expect(set.highest).toBe(plain.size === 0 ? null : Math.max(...plain));
        expect(set.lowest).toBe(plain.size === 0 ? null : Math.min(...plain));
      }),
    );
  });

  it('keeps sorted ranges that do not touch', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const ranges = fill(values).ranges();

        expect(ranges.flatMap(([from, to]) => inside(from, to))).toEqual(
          [...new Set(values)].toSorted((a, b) => a - b),
        );
        ranges.slice(1).forEach(([from], at) => expect(from).toBeGreaterThan(ranges[at]![1] + 1));
      }),
    );
  });

  it('names what is missing, and counts what is there, in any window', () => {
    fc.assert(
      fc.property(numbers, fc.nat(70), fc.nat(70), (values, first, last) => {
        const plain = new Set(values);
        const set = fill(values);
        const window = inside(first, last);

        expect(set.missing(first, last).flatMap(([from, to]) => inside(from, to))).toEqual(
          window.filter((value) => !plain.has(value)),
        );
        expect(set.countWithin(first, last)).toBe(window.filter((v) => plain.has(v)).length);
      }),
    );
  });

  it('knows beforehand which number makes one range more', () => {
    fc.assert(
      fc.property(numbers, fc.nat(60), (values, value) => {
        const set = fill(values);
        const { rangeCount } = set;
        const standsAlone = set.standsAlone(value);
        set.add(value);

        expect(standsAlone).toBe(set.rangeCount > rangeCount);
      }),
    );
  });

  it('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const set = fill(values);
        const again = SequenceSet.of(JSON.parse(JSON.stringify(set)));

        expect(again.ranges()).toEqual(set.ranges());
        expect(again.size).toBe(set.size);
      }),
    );
  });

  it('unites ranges in any order, that touch, overlap or come twice', () => {
    const range = fc
      .tuple(fc.nat(60), fc.nat(9))
      .map(([from, more]) => [from, from + more] as const);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
        const plain = fill(ranges.flatMap(([from, to]) => inside(from, to)));
        const united = SequenceSet.union(ranges);

        expect(united.ranges()).toEqual(plain.ranges());
        expect(united.size).toBe(plain.size);
      }),
    );
  });

  it('stays one range over a million numbers in order', () => {
    const set = new SequenceSet();
    for (let number = 1; number <= 1_000_000; number += 1) set.add(number);

    expect(set.ranges()).toEqual([[1, 1_000_000]]);
  });
});

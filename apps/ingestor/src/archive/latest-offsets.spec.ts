import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatestOffsets } from './latest-offsets.js';

/** As many as a packet may name. */
const BATTERIES = 256;

/** Few different times and numbers, so that they meet; few different lists, so that they repeat. */
const lists = fc.uniqueArray(fc.nat({ max: BATTERIES - 1 }), {
  minLength: 1,
  maxLength: BATTERIES,
  size: 'max',
});
const notes = fc.array(lists, { minLength: 1, maxLength: 3 }).chain((few) =>
  fc.array(
    fc.record({
      list: fc.constantFrom(...few),
      generatedAt: fc.integer({ min: -2, max: 2 }),
      sequence: fc.nat({ max: 3 }),
    }),
    { maxLength: 30 },
  ),
);

describe('the newest packet of each battery', () => {
  it('is by time, then by number, the first of equals, whatever lists come after each other', () => {
    fc.assert(
      fc.property(notes, (given) => {
        const offsets = new LatestOffsets();
        // One memory for all lists, as the reader of packets has it.
        const batteries = new Uint8Array(BATTERIES);
        const newest = new Map<number, number>();
        for (const [at, { list, generatedAt, sequence }] of given.entries()) {
          batteries.set(list);
          offsets.note(batteries, list.length, generatedAt, sequence, at % 7, at);
          for (const battery of list) {
            const known = given[newest.get(battery) ?? -1];
            const step = known && (generatedAt - known.generatedAt || sequence - known.sequence);
            if (step === undefined || step > 0) newest.set(battery, at);
          }
        }

        const found = new Map<number, number>();
        offsets.forEach((battery, block, offset) => {
          expect(block).toBe(offset % 7);
          found.set(battery, offset);
        });
        expect([...found].toSorted(byBattery)).toEqual([...newest].toSorted(byBattery));
      }),
    );
  });
});

const byBattery = ([a]: [number, number], [b]: [number, number]): number => a - b;

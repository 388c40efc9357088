import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '#common/domain';
import { MinMaxService, type Stretch } from './min-max.service.js';
import { type Grid, gridOf, STEPS, stretchAt } from './min-max-steps.js';
import { SampleScopes } from './sample-scope.js';
import { batteryPacket, filledArchive, readers, SHIP } from '../adapters/testing/filled-archive.js';
import type { LoosePacket } from './testing/blocks.js';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const DAY = 1_440 * MINUTE;
/** Not far from the border of a day, an hour and every longer step. */
const BASE = 20_000 * DAY - 2 * 60 * MINUTE;

interface Value {
  readonly at: Instant;
  readonly battery: number;
  readonly volts: number;
}

const iso = (instant: Instant): string => String(instant / 1_000);

/** The answer by the plainest way. */
function bruteForce(values: readonly Value[], grid: Grid, start: Instant, end: Instant): Stretch[] {
  const stretches = new Map<string, Value[]>();
  for (const value of values) {
    if (value.at < start || value.at >= end) continue;
    const key = `${value.battery}/${stretchAt(grid, value.at)}`;
    stretches.set(key, [...(stretches.get(key) ?? []), value]);
  }
  const answer = [...stretches.values()].map((parts) => {
    const min = Math.min(...parts.map(({ volts }) => volts));
    const max = Math.max(...parts.map(({ volts }) => volts));
    const firstWith = (wanted: number): Instant =>
      Math.min(...parts.filter(({ volts }) => volts === wanted).map(({ at }) => at));
    const [{ battery, at }] = parts as [Value];
    const from = stretchAt(grid, at);
    return {
      battery,
      field: 'volts',
      start: Math.max(from, start),
      end: Math.min(from + grid.step, end),
      count: parts.length,
      min,
      minAt: firstWith(min),
      max,
      maxAt: firstWith(max),
    };
  });
  return answer.toSorted((a, b) => a.battery - b.battery || a.start - b.start);
}

const value = fc.record({
  // Minutes and hours, some of them crowded, over three days.
  at: fc
    .tuple(fc.constantFrom(0, 1, 2, 3, 60, 130, 1_440, 2_900, 4_000), fc.integer({ max: 59_999 }))
    .map(([minute, ms]) => BASE + minute * MINUTE + Math.abs(ms % 60_000) * 1_000),
  battery: fc.integer({ min: 0, max: 2 }),
  volts: fc.integer({ min: -3, max: 3 }),
});
const values = fc.array(value, { minLength: 1, maxLength: 60 });
const bound = fc.option(
  fc.integer({ min: -100, max: 5_000 * 60 }).map((second) => BASE + second * SECOND),
);

const packetsOf = (all: readonly Value[]): LoosePacket[] =>
  all.map(({ at, battery, volts }, nr) => batteryPacket(at, nr, [{ battery, volts }]));

const field = { field: ['volts'] };

describe('minima and maxima', () => {
  it('are those of all samples, whatever the range, the size, the blocks and the levels', async () => {
    const setting = fc.record({
      all: values,
      start: bound,
      end: bound,
      size: fc.integer({ min: 1, max: 400 }),
      packetsPerBlock: fc.integer({ min: 1, max: 20 }),
      staleMinutes: fc.array(fc.constantFrom(0, 1, 2, 60, 130, 1_440, 4_000)),
    });
    await fc.assert(
      fc.asyncProperty(
        setting,
        async ({ all, start, end, size, packetsPerBlock, staleMinutes }) => {
          fc.pre(start === null || end === null || start < end);
          const stale = new Set(staleMinutes.map((minute) => BASE + minute * MINUTE));
          const { archive } = filledArchive({
            packets: packetsOf(all),
            packetsPerBlock,
            isLevelled: (minute) => !stale.has(minute),
          });
          const scope = await new SampleScopes(archive, readers).of(SHIP, {
            ...field,
            ...(start === null ? {} : { start: iso(start) }),
            ...(end === null ? {} : { end: iso(end) }),
          });
          const found = await new MinMaxService(archive, readers).stretches(scope, size, true);

          const [from, to] = [start ?? scope.range.start!, end ?? scope.range.end!];
          const expected = from < to ? bruteForce(all, gridOf(from, to, size), from, to) : [];
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('are exact where more hours have changed minutes than are looked into one by one', async () => {
    const hours = Array.from({ length: 100 }, (_, hour) => hour);
    const all = hours.flatMap((hour) =>
      [0, 7, 59].map((minute) => ({
        at: BASE + (hour * 60 + minute) * MINUTE,
        battery: 0,
        volts: (hour * 31 + minute) % 17,
      })),
    );
    const { archive } = filledArchive({
      packets: packetsOf(all),
      isLevelled: (minute) => (minute / MINUTE) % 60 !== 7,
    });
    const scope = await new SampleScopes(archive, readers).of(SHIP, field);
    const found = await new MinMaxService(archive, readers).stretches(scope, 10, true);

    const { start, end } = scope.range as { start: number; end: number };
    expect(found).toEqual(bruteForce(all, gridOf(start, end, 10), start, end));
    expect(found.length).toBeGreaterThan(5);
  });

  it('are of at most as many stretches as asked for, none of them longer than need be', () => {
    const instant = fc.integer({ min: -1e15, max: 8e15 });
    fc.assert(
      fc.property(instant, instant, fc.integer({ min: 1, max: 10_000 }), (one, other, size) => {
        fc.pre(one !== other);
        const [start, end] = [Math.min(one, other), Math.max(one, other)];
        const grid = gridOf(start, end, size);
        const count = (stretchAt(grid, end - 1) - stretchAt(grid, start)) / grid.step + 1;
        expect(count).toBeLessThanOrEqual(size);

        const shorter = STEPS[STEPS.indexOf(grid.step) - 1];
        if (shorter === undefined) return;
        expect(Math.floor((end - 1) / shorter) - Math.floor(start / shorter) + 1).toBeGreaterThan(
          size,
        );
      }),
    );
  });
});

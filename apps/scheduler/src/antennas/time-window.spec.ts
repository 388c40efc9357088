import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doOverlap, freeWindows, overlapsWithin, type TimeWindow } from './time-window.js';

/** Few enough hours that all relations come, and each hour can be asked by itself. */
const LAST = 12;
const HOURS = Array.from({ length: LAST }, (_, hour) => hour);

const covers = ({ start, end }: TimeWindow, hour: number): boolean => start <= hour && hour < end;

/** The relations of Allen, of `a` to `b`; exactly one holds for any two windows. */
const RELATIONS: Record<string, (a: TimeWindow, b: TimeWindow) => boolean> = {
  'is before': (a, b) => a.end < b.start,
  meets: (a, b) => a.end === b.start,
  overlaps: (a, b) => a.start < b.start && b.start < a.end && a.end < b.end,
  starts: (a, b) => a.start === b.start && a.end < b.end,
  'is during': (a, b) => b.start < a.start && a.end < b.end,
  finishes: (a, b) => a.end === b.end && b.start < a.start,
  equals: (a, b) => a.start === b.start && a.end === b.end,
  'is finished by': (a, b) => a.end === b.end && a.start < b.start,
  contains: (a, b) => a.start < b.start && b.end < a.end,
  'is started by': (a, b) => a.start === b.start && a.end > b.end,
  'is overlapped by': (a, b) => b.start < a.start && a.start < b.end && b.end < a.end,
  'is met by': (a, b) => a.start === b.end,
  'is after': (a, b) => a.start > b.end,
};
const APART = ['is before', 'meets', 'is met by', 'is after'];

const everyWindow: TimeWindow[] = HOURS.flatMap((start) =>
  HOURS.filter((hour) => hour >= start).map((hour) => ({ start, end: hour + 1 })),
);

const aWindow = fc.constantFrom(...everyWindow);
const someWindows = fc.array(aWindow, { maxLength: 8 });

describe('two windows overlap when they share an hour', () => {
  it.each(Object.entries(RELATIONS))('as they do or not when one %s the other', (name, holds) => {
    const pairs = everyWindow
      .flatMap((a) => everyWindow.map((b) => [a, b] as const))
      .filter(([a, b]) => holds(a, b));
    expect(pairs.length).toBeGreaterThan(0);
    const wrong = pairs.filter(([a, b]) => {
      const doShare = HOURS.some((hour) => covers(a, hour) && covers(b, hour));
      return doOverlap(a, b) !== doShare || doShare === APART.includes(name);
    });
    expect(wrong).toEqual([]);
  });
});

describe('the free windows', () => {
  /** Asked hour by hour: the free stretches of the hours from `from` on. */
  const stretches = (occupied: readonly TimeWindow[], from: number): TimeWindow[] => {
    const found: TimeWindow[] = [];
    for (const hour of HOURS.filter((one) => one >= from)) {
      if (occupied.some((window) => covers(window, hour))) continue;
      const last = found.at(-1);
      if (last?.end === hour) found[found.length - 1] = { start: last.start, end: hour + 1 };
      else found.push({ start: hour, end: hour + 1 });
    }
    return found;
  };

  it('are the long enough stretches that nothing covers, in their order', () => {
    const search = fc.record({
      from: fc.integer({ min: 0, max: LAST - 1 }),
      lengthMin: fc.integer({ min: 1, max: 4 }),
      countMax: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(someWindows, search, (occupied, { from, lengthMin, countMax }) => {
        // What lies behind the wall is free for ever.
        const wall = { start: LAST, end: LAST + 1 };
        const limits = { from, lengthMin, countMax, knownUntil: null };
        const found = freeWindows([...occupied, wall], limits);
        const expected = [
          ...stretches(occupied, from).filter(({ start, end }) => end - start >= lengthMin),
          { start: LAST + 1, end: null },
        ];
        expect(found).toEqual(expected.slice(0, countMax));
      }),
    );
  });

  it('say nothing of what was not looked at', () => {
    const occupied = [
      { start: 2, end: 3 },
      { start: 5, end: 6 },
      { start: 9, end: 10 },
    ];
    const search = { from: 0, lengthMin: 1, countMax: 9, knownUntil: 5 };
    expect(freeWindows(occupied, search)).toEqual([
      { start: 0, end: 2 },
      { start: 3, end: 5 },
    ]);
  });
});

describe('the overlaps within a list', () => {
  it('are found exactly when there are some, and each is one', () => {
    fc.assert(
      fc.property(someWindows, (windows) => {
        const found = overlapsWithin(windows);
        for (const [later, earlier] of found) {
          expect(later).not.toBe(earlier);
          expect(doOverlap(windows[later]!, windows[earlier]!)).toBe(true);
        }
        const areSome = HOURS.some(
          (hour) => windows.filter((window) => covers(window, hour)).length > 1,
        );
        expect(found.length > 0).toBe(areSome);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeanElements } from './mean-elements.js';
import { Orbit } from './orbit.js';
import { type Pass, passSeconds, type Window } from './pass.js';
import { passesIn } from './pass-search.js';
import { PASS_MS_MIN } from './scan-step.js';
import type { SitePosition } from './site.js';
import { Sky } from './sky.js';
import {
  DAY_MICROS,
  EPOCH,
  geostationaryElements,
  HOUR_MICROS,
  lowElements,
} from './testing/orbits.js';

const MS = 1_000;
const HOURS = 12;

interface Given {
  readonly elements: MeanElements;
  readonly site: SitePosition;
  readonly elevationMin: number;
  readonly offsetMs: number;
}

/** With the digits that element sets have: SGP4 divides by the inclination, and 1e-322 is too little. */
const number = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 10_000, max: max * 10_000 }).map((digits) => digits / 10_000);
const angle = number(0, 360);

/** From low and round to high and long, all of them above the air. */
const anyElements = fc
  .record({
    // At 180° SGP4 divides by nothing in deep space, and ships jump; none flies there.
    inclinationDegrees: number(0, 175),
    ascendingNodeDegrees: angle,
    perigeeArgumentDegrees: angle,
    meanAnomalyDegrees: angle,
    revolutionsPerDay: fc.oneof(number(12, 15.5), number(0.9, 12)),
    eccentricity: number(0, 0.7),
  })
  .map(({ eccentricity, ...given }) => {
    const halfAxisKm = 42_241 * given.revolutionsPerDay ** (-2 / 3);
    const most = Math.max(0, 1 - 6_680 / halfAxisKm);
    return lowElements({ ...given, eccentricity: Math.min(eccentricity, most), dragTerm: 0 });
  });

const anyGiven: fc.Arbitrary<Given> = fc.record({
  elements: anyElements,
  site: fc.record({
    latitudeDegrees: number(-90, 90),
    longitudeDegrees: number(-180, 180),
    altitudeMetres: number(-400, 8_800),
  }),
  elevationMin: number(0, 60),
  offsetMs: fc.integer({ min: -7 * 86_400_000, max: 7 * 86_400_000 }),
});

const skyOf = ({ elements, site, elevationMin }: Given): Sky =>
  new Sky(new Orbit('a ship', elements), site, elevationMin);

const windowOf = ({ offsetMs }: Given): Window => {
  const from = EPOCH + offsetMs * MS;
  return { from, to: from + HOURS * HOUR_MICROS };
};

const passesOf = (sky: Sky, window: Window): Pass[] =>
  [...passesIn(sky, window)].filter((pass) => pass !== null);

/** Slow enough to culminate twice in a pass, three hours apart and nearly as high. */
const TWO_SUMMITS: Given = {
  elements: lowElements({
    inclinationDegrees: 132.2053,
    ascendingNodeDegrees: 0,
    eccentricity: 0.2766,
    perigeeArgumentDegrees: 20.4527,
    meanAnomalyDegrees: 63.9434,
    revolutionsPerDay: 0.9,
    dragTerm: 0,
  }),
  site: { latitudeDegrees: -74.5076, longitudeDegrees: -0.0003, altitudeMetres: 2_832.0604 },
  elevationMin: 6.5886,
  offsetMs: -16,
};

describe('The passes of a window', () => {
  it('are where the ship is high enough, begin and end to the millisecond, and nowhere else', () => {
    fc.assert(
      fc.property(anyGiven, fc.infiniteStream(fc.nat(999_999)), (given, random) => {
        const sky = skyOf(given);
        const window = windowOf(given);
        const passes = passesOf(sky, window);
        for (const { rise, set, visible } of passes) {
          const [from, to] = [visible.from / MS, visible.to / MS];
          expect(sky.isVisibleAt(from) && sky.isVisibleAt(to)).toBe(true);
          expect(sky.isVisibleAt(from - 1)).toBe(rise === null);
          expect(sky.isVisibleAt(to + 1)).toBe(set === null);
        }
        const edges = [window.from, ...passes.flatMap(edgesOf), window.to];
        for (let at = 0; at + 1 < edges.length; at += 1) {
          const [start, end] = [edges[at]! / MS, edges[at + 1]! / MS];
          // Shorter ones than are promised may hide in between.
          const isPass = at % 2 === 1;
          const middle = Math.floor(start + ((end - start) * random.next().value) / 1_000_000);
          if (middle <= start || middle >= end || sky.isVisibleAt(middle) === isPass) continue;
          expect(stretchMs(sky, middle)).toBeLessThan(PASS_MS_MIN);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are sorted, apart from each other, and highest at their culmination', () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const sky = skyOf(given);
        const passes = passesOf(sky, windowOf(given));
        const edges = passes.flatMap(edgesOf);
        expect(edges).toEqual(edges.toSorted((a, b) => a - b));
        for (const { visible, culmination } of passes) {
          expect(visible.from).toBeLessThanOrEqual(culmination.at);
          expect(visible.to).toBeGreaterThanOrEqual(culmination.at);
          const highest = sky.elevationAt(culmination.at / MS);
          for (let part = 0; part <= 50; part += 1) {
            const ms = Math.round((visible.from + ((visible.to - visible.from) * part) / 50) / MS);
            // A billionth of a radian: as far as the arithmetic goes.
            expect(sky.elevationAt(ms)).toBeLessThanOrEqual(highest + 1e-9);
          }
        }
      }),
      { numRuns: 100, examples: [[TWO_SUMMITS]] },
    );
  });

  it('are the same when the window is taken in two', () => {
    fc.assert(
      fc.property(anyGiven, fc.integer({ min: 1, max: HOURS * 3_600_000 - 2 }), (given, cut) => {
        const { from, to } = windowOf(given);
        const middle = from + cut * MS;
        const whole = passesOf(skyOf(given), { from, to });
        const first = passesOf(skyOf(given), { from, to: middle });
        const second = passesOf(skyOf(given), { from: middle + MS, to });
        expect(joined(first, second).filter(isPromised)).toEqual(
          whole.map(edgesOf).filter(isPromised),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('have neither rise nor set where the ship stands still in the sky', () => {
    const given = { elements: geostationaryElements(), elevationMin: 10, offsetMs: 0 };
    const below = (longitudeDegrees: number): Pass[] => {
      const site = { latitudeDegrees: 0, longitudeDegrees, altitudeMetres: 0 };
      const window = { from: EPOCH, to: EPOCH + 14 * DAY_MICROS };
      return passesOf(skyOf({ ...given, site }), window);
    };
    const seen = Array.from({ length: 12 }, (_, at) => below(at * 30 - 180));

    expect(new Set(seen.map((passes) => passes.length))).toEqual(new Set([0, 1]));
    for (const pass of seen.flat()) {
      expect(pass).toMatchObject({ rise: null, set: null });
      expect(passSeconds(pass)).toBe(14 * 86_400);
    }
  });

  it('are none for a ship that never comes by', () => {
    const site = { latitudeDegrees: 89, longitudeDegrees: 0, altitudeMetres: 0 };
    const given = { elements: lowElements({ inclinationDegrees: 5 }), site, elevationMin: 0 };
    const sky = skyOf({ ...given, offsetMs: 0 });
    expect(passesOf(sky, { from: EPOCH, to: EPOCH + 14 * DAY_MICROS })).toEqual([]);
  });

  it('are refused where the orbit has decayed, or its elements say nothing', () => {
    const site = { latitudeDegrees: 0, longitudeDegrees: 0, altitudeMetres: 0 };
    const falling = lowElements({ revolutionsPerDay: 16.2, dragTerm: 0.01 });
    const sky = skyOf({ elements: falling, site, elevationMin: 0, offsetMs: 0 });
    const search = (days: number): Pass[] =>
      passesOf(sky, { from: EPOCH + days * DAY_MICROS, to: EPOCH + (days + 14) * DAY_MICROS });

    expect(() => search(30)).toThrow(expect.objectContaining({ code: 'ORBIT_DECAYED' }));
    expect(() => search(-400)).toThrow(expect.objectContaining({ code: 'ELEMENTS_TOO_OLD' }));
    expect(() => search(400)).toThrow(expect.objectContaining({ code: 'ELEMENTS_TOO_OLD' }));
  });
});

type Edges = readonly [number, number];

const edgesOf = ({ visible }: Pass): Edges => [visible.from, visible.to];

/** Whatever is shorter may be found or not. */
const isPromised = ([from, to]: Edges): boolean => to - from >= PASS_MS_MIN * MS;

/** Passes of two windows, one behind the other, with that on the border made one again. */
function joined(first: readonly Pass[], second: readonly Pass[]): Edges[] {
  const [last, next] = [first.at(-1), second[0]];
  if (last?.set !== null || next?.rise !== null || !last || !next)
    return [...first, ...second].map(edgesOf);
  const border: Edges = [last.visible.from, next.visible.to];
  return [...first.slice(0, -1).map(edgesOf), border, ...second.slice(1).map(edgesOf)];
}

/** For how long around a moment the ship stays on its side of the minimum elevation. */
function stretchMs(sky: Sky, ms: number): number {
  const isVisible = sky.isVisibleAt(ms);
  let [first, last] = [ms, ms];
  while (ms - first < PASS_MS_MIN && sky.isVisibleAt(first - 1) === isVisible) first -= 1;
  while (last - ms < PASS_MS_MIN && sky.isVisibleAt(last + 1) === isVisible) last += 1;
  return last - first;
}

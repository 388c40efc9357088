import { describe, expect, it } from 'vitest';
import { Orbit } from './orbit.js';
import type { Pass, PassPoint } from './pass.js';
import { passesIn } from './pass-search.js';
import { Sky } from './sky.js';
import {
  REFERENCE_CASES,
  REFERENCE_WINDOW,
  type ReferenceCase,
  referencePassesOf,
} from './testing/reference-passes.js';
import { readTle } from './tle.js';

const MICROS_MAX = 1_000_000;

describe('Passes against those that another program computed', () => {
  it.each(REFERENCE_CASES)('are the same within a second: $orbit over $station.name', (given) => {
    const expected = referencePassesOf(given);
    const found = passesOf(given);

    expect(found).toHaveLength(expected.length);
    for (const [at, { rise, culmination, set }] of expected.entries()) {
      expectClose(found[at]!.rise, rise);
      expectClose(found[at]!.set, set);
      const highest = found[at]!.culmination;
      expect(Math.abs(highest.at - culmination.at)).toBeLessThan(MICROS_MAX);
      expect(highest.elevation).toBeCloseTo(culmination.elevation, 1);
      expect(Math.abs(highest.rangeKm - culmination.rangeKm)).toBeLessThan(3);
    }
  });
});

function expectClose(
  found: PassPoint | null,
  expected: Pick<PassPoint, 'at' | 'azimuth'> | null,
): void {
  expect(found === null).toBe(expected === null);
  if (found === null || expected === null) return;
  expect(Math.abs(found.at - expected.at)).toBeLessThan(MICROS_MAX);
  expect(Math.abs(found.azimuth - expected.azimuth)).toBeLessThan(0.05);
}

function passesOf({ tle, station, elevationMinDegrees }: ReferenceCase): Pass[] {
  const sky = new Sky(new Orbit('a ship', readTle(tle)), station, elevationMinDegrees);
  return [...passesIn(sky, REFERENCE_WINDOW)].filter((pass) => pass !== null);
}

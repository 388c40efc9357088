import { parseInstant } from '#common/domain';
import type { MeanElements } from '../mean-elements.js';

/** The example that is in every text about element sets. */
export const ISS_TLE: readonly [string, string] = [
  '1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927',
  '2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537',
];

export const EPOCH = parseInstant('2026-01-01T00:00:00Z')!;
export const HOUR_MICROS = 3_600_000_000;
export const DAY_MICROS = 24 * HOUR_MICROS;

/** A ship some 400 km above the ground. */
export const lowElements = (given: Partial<MeanElements> = {}): MeanElements => ({
  catalogNumber: null,
  epoch: EPOCH,
  inclinationDegrees: 51.6,
  ascendingNodeDegrees: 100,
  eccentricity: 0.001,
  perigeeArgumentDegrees: 0,
  meanAnomalyDegrees: 0,
  revolutionsPerDay: 15.5,
  dragTerm: 0.0001,
  ...given,
});

/** A ship over one place of the equator. */
export const geostationaryElements = (given: Partial<MeanElements> = {}): MeanElements =>
  lowElements({
    inclinationDegrees: 0.01,
    eccentricity: 0.0001,
    revolutionsPerDay: 1.002_737_9,
    dragTerm: 0,
    ...given,
  });

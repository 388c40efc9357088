import type { Instant } from '#common/domain';
import { type ElementSet, type MeanElements } from './mean-elements.js';
import { readOmm } from './omm.js';
import { readTle } from './tle.js';

/** The element set of a ship as it is kept. */
export interface ShipElements {
  readonly shipName: string;
  readonly set: ElementSet;
  readonly epoch: Instant;
}

export const ORBITS_MAX = 10_000;

/** @throws {ValidationException} naming what cannot be */
export const readElements = (set: ElementSet): MeanElements =>
  'tle' in set ? readTle(set.tle) : readOmm(set.omm);

/** Without reading the rest: lists have many. */
export function catalogNumberOf(set: ElementSet): string | null {
  if ('tle' in set) return set.tle[0].slice(2, 7).trim();
  return set.omm['NORAD_CAT_ID']?.toString() ?? null;
}

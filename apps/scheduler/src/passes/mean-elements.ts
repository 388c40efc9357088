import type { Instant } from '#common/domain';

/** What SGP4 needs of an orbit: mean elements of its theory at their epoch, in the frame TEME. */
export interface MeanElements {
  /** As the element set names the object; null where it does not. */
  readonly catalogNumber: string | null;
  readonly epoch: Instant;
  readonly inclinationDegrees: number;
  readonly ascendingNodeDegrees: number;
  readonly eccentricity: number;
  readonly perigeeArgumentDegrees: number;
  readonly meanAnomalyDegrees: number;
  readonly revolutionsPerDay: number;
  /** B*, per Earth radius: how strongly the air slows the ship down. */
  readonly dragTerm: number;
}

/** An element set as it was given: two lines, or the fields of an orbit mean-elements message. */
export type ElementSet =
  | { readonly tle: readonly [string, string] }
  | { readonly omm: Readonly<Record<string, string | number>> };

/** What an element may be. The name is that of the orbit mean-elements message. */
export interface ElementRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

const DEGREES_MAX = 360;
/** Nothing goes around faster without touching the ground, and nothing that is slower belongs to the Earth. */
const REVOLUTIONS_PER_DAY = { min: 0.02, max: 18 };

export const INCLINATION = { name: 'INCLINATION', min: 0, max: 180 };
export const ASCENDING_NODE = { name: 'RA_OF_ASC_NODE', min: 0, max: DEGREES_MAX };
export const ECCENTRICITY = { name: 'ECCENTRICITY', min: 0, max: 0.999_999_9 };
export const PERIGEE_ARGUMENT = { name: 'ARG_OF_PERICENTER', min: 0, max: DEGREES_MAX };
export const MEAN_ANOMALY = { name: 'MEAN_ANOMALY', min: 0, max: DEGREES_MAX };
export const MEAN_MOTION = { name: 'MEAN_MOTION', ...REVOLUTIONS_PER_DAY };
export const DRAG_TERM = { name: 'BSTAR', min: -10, max: 10 };

/** In words where a value is out of range, null where it is not. */
export const rangeFault = (value: number, { name, min, max }: ElementRange): string | null =>
  value >= min && value <= max ? null : `${name} must be from ${min} to ${max}`;

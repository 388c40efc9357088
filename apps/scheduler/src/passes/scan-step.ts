import { EARTH_RADIANS_PER_SECOND } from './earth-turn.js';
import type { Look } from './look.js';
import type { OrbitState } from './orbit.js';
import { dot } from './site.js';

/** Kilometres cubed per second squared. */
const EARTH_GRAVITY = 398_600.4418;
const EARTH_RADIUS_KM = 6_378.137;
/** SGP4 lets an orbit breathe: the Earth is no ball, and the moon and the sun pull. */
const BREATHING = 1.02;
/** Two instants so close may stand on both sides of a whole pass. It is half of what is promised. */
const STEP_MS_MIN = 5_000;
/** In sight closer, so that no two high points lie between two looks. */
const STEPS_PER_REVOLUTION = { unseen: 8, seen: 64 };

/** The shortest pass that is never missed. */
export const PASS_MS_MIN = 2 * STEP_MS_MIN;

/**
 * For how many milliseconds the elevation cannot come to the bound, so that nobody has to look.
 *
 * The direction in which a station sees a ship turns by no more than −ln(1 − way / range) while the
 * ship goes that way. Over the way, its speed is at most that at the perigee, and grows from what it is
 * now by no more than the pull at the perigee: the better of the two counts. The first is good for ships that
 * hurry by, the second for those that seem to stand still.
 */
export function stepMs(state: OrbitState, look: Look, elevationMin: number): number {
  const way = look.rangeKm * -Math.expm1(-Math.abs(look.elevation - elevationMin));
  const { speedMax, pullMax, periodSeconds } = boundsOf(state);
  const speed = look.speedKmPerSecond;
  const steady = way / speedMax;
  const growing = (2 * way) / (speed + Math.sqrt(speed ** 2 + 2 * pullMax * way));
  const steps = STEPS_PER_REVOLUTION[look.elevation >= elevationMin ? 'seen' : 'unseen'];
  const seconds = Math.min(Math.max(steady, growing), periodSeconds / steps);
  return Math.max(STEP_MS_MIN, Math.floor(seconds * 1_000));
}

interface OrbitBounds {
  readonly speedMax: number;
  readonly pullMax: number;
  readonly periodSeconds: number;
}

/** What a ship on the ellipse of this moment can reach, against the ground. */
function boundsOf({ position, velocity }: OrbitState): OrbitBounds {
  const radius = Math.sqrt(dot(position, position));
  const speedSquared = dot(velocity, velocity);
  const outward = dot(position, velocity);
  const momentumSquared = radius ** 2 * speedSquared - outward ** 2;
  const halfAxis = 1 / (2 / radius - speedSquared / EARTH_GRAVITY);
  const eccentricity = Math.sqrt(Math.max(0, 1 - momentumSquared / (EARTH_GRAVITY * halfAxis)));
  const perigee = Math.max((halfAxis * (1 - eccentricity)) / BREATHING, EARTH_RADIUS_KM);
  const apogee = halfAxis * (1 + eccentricity) * BREATHING;
  const earth = EARTH_RADIANS_PER_SECOND;
  const perigeeSpeed =
    Math.sqrt(Math.max(0, EARTH_GRAVITY * (2 / perigee - 1 / halfAxis))) * BREATHING;
  const speedMax = perigeeSpeed + earth * apogee;
  return {
    speedMax,
    pullMax: EARTH_GRAVITY / perigee ** 2 + 2 * earth * speedMax + earth ** 2 * apogee,
    periodSeconds: 2 * Math.PI * Math.sqrt(halfAxis ** 3 / EARTH_GRAVITY),
  };
}

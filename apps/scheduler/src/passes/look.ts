import type { Instant } from '#common/domain';
import { EARTH_RADIANS_PER_SECOND, siderealAngle } from './earth-turn.js';
import type { OrbitState } from './orbit.js';
import { dot, type Site, type Vector } from './site.js';

/** A ship as it is seen from a station; angles in radians, without refraction. */
export interface Look {
  readonly elevation: number;
  /** From the north over the east, 0 to 2π. */
  readonly azimuth: number;
  readonly rangeKm: number;
  /** Against the ground, in kilometres per second. */
  readonly speedKmPerSecond: number;
}

/** Where a ship stands in the sky of a station. */
export function lookAt(site: Site, { position, velocity }: OrbitState, instant: Instant): Look {
  const angle = siderealAngle(instant);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const sight = minus(turned(position, cos, sin), site.position);
  const rangeKm = Math.sqrt(dot(sight, sight));
  const ground = minus(velocity, earthSpeedAt(position));
  const [up, north, east] = [dot(sight, site.up), dot(sight, site.north), dot(sight, site.east)];
  return {
    // Near the zenith a sine would not tell one place from the next.
    elevation: Math.atan2(up, Math.hypot(north, east)),
    azimuth: positive(Math.atan2(east, north)),
    rangeKm,
    speedKmPerSecond: Math.sqrt(dot(ground, ground)),
  };
}

/** From the frame of the stars into that of the ground. */
const turned = ({ x, y, z }: Vector, cos: number, sin: number): Vector => ({
  x: x * cos + y * sin,
  y: y * cos - x * sin,
  z,
});

/** How fast the turning frame moves at a place. */
const earthSpeedAt = ({ x, y }: Vector): Vector => ({
  x: -EARTH_RADIANS_PER_SECOND * y,
  y: EARTH_RADIANS_PER_SECOND * x,
  z: 0,
});

const minus = (a: Vector, b: Vector): Vector => ({ x: a.x - b.x, y: a.y - b.y, z: a.z - b.z });

const positive = (angle: number): number => (angle < 0 ? angle + 2 * Math.PI : angle);

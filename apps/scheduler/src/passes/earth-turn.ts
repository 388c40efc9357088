import type { Instant } from '#common/domain';

/** 2000-01-01T12:00:00Z. */
const J2000: Instant = 946_728_000_000_000;
const MICROS_PER_CENTURY = 36_525 * 86_400_000_000;
const SECONDS_PER_DAY = 86_400;

/** How fast the Earth turns against the stars, in radians per second. */
export const EARTH_RADIANS_PER_SECOND = 7.292_115_146_7e-5;

/**
 * Greenwich mean sidereal time of 1982 in radians: what turns TEME into the frame of the ground.
 * UTC stands for UT1, which is less than 0.9 s away. From the microseconds, since a Julian day as
 * one number is good for 40 of them alone, and the highest point of a pass would tremble.
 */
export function siderealAngle(instant: Instant): number {
  const t = (instant - J2000) / MICROS_PER_CENTURY;
  const seconds = 67_310.548_41 + (3_164_400_184.812_866 + (0.093_104 - 6.2e-6 * t) * t) * t;
  return ((seconds % SECONDS_PER_DAY) / SECONDS_PER_DAY) * 2 * Math.PI;
}

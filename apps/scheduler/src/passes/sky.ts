import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import { type Look, lookAt } from './look.js';
import type { Orbit } from './orbit.js';
import type { PassPoint } from './pass.js';
import { stepMs } from './scan-step.js';
import { RADIANS_PER_DEGREE, type Site, siteAt, type SitePosition } from './site.js';

/** One ship in the sky of one station, by whole milliseconds since 1970. */
export class Sky {
  readonly #site: Site;
  readonly #elevationMin: number;

  constructor(
    private readonly orbit: Orbit,
    position: SitePosition,
    elevationMinDegrees: number,
  ) {
    this.#site = siteAt(position);
    this.#elevationMin = elevationMinDegrees * RADIANS_PER_DEGREE;
  }

  /** In radians. @throws {DomainError} ORBIT_DECAYED, ELEMENTS_TOO_OLD */
  elevationAt(ms: number): number {
    return this.#look(ms * MICROS_PER_MILLISECOND).elevation;
  }

  isVisibleAt(ms: number): boolean {
    return this.elevationAt(ms) >= this.#elevationMin;
  }

  /** The elevation, whether that is enough, and for how long nobody has to look again. */
  sampleAt(ms: number): { elevation: number; isVisible: boolean; stepMs: number } {
    const instant = ms * MICROS_PER_MILLISECOND;
    const state = this.orbit.at(instant);
    const look = lookAt(this.#site, state, instant);
    return {
      elevation: look.elevation,
      isVisible: look.elevation >= this.#elevationMin,
      stepMs: stepMs(state, look, this.#elevationMin),
    };
  }

  pointAt(ms: number): PassPoint {
    const at = ms * MICROS_PER_MILLISECOND;
    const { azimuth, elevation, rangeKm } = this.#look(at);
    return {
      at,
      azimuth: azimuth / RADIANS_PER_DEGREE,
      elevation: elevation / RADIANS_PER_DEGREE,
      rangeKm,
    };
  }

  #look(instant: Instant): Look {
    return lookAt(this.#site, this.orbit.at(instant), instant);
  }
}

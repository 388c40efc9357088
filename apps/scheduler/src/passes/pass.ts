import { type Instant, MICROS_PER_SECOND } from '#common/domain';

/** Both ends are inside; whole milliseconds. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

/** A moment of a pass; angles in degrees. */
export interface PassPoint {
  readonly at: Instant;
  readonly azimuth: number;
  readonly elevation: number;
  readonly rangeKm: number;
}

/**
 * The part of a window in which a station sees a ship at its minimum elevation or higher. Rise
 * and set are null where it goes on before the window's begin or behind its end.
 */
export interface Pass {
  readonly rise: PassPoint | null;
  /** The highest point within the window. */
  readonly culmination: PassPoint;
  readonly set: PassPoint | null;
  /** Rise and set, or the ends of the window. */
  readonly visible: Window;
}

export const passSeconds = ({ visible }: Pick<Pass, 'visible'>): number =>
  (visible.to - visible.from) / MICROS_PER_SECOND;

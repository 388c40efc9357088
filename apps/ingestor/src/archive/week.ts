import { type Instant, MICROS_PER_SECOND } from '#common/domain';

/** From Monday to Monday, in UTC; `end` is the first instant after it. */
export interface ArchiveWeek {
  readonly start: Instant;
  readonly end: Instant;
}

export const DAY_MICROS = 24 * 3_600 * MICROS_PER_SECOND;
export const WEEK_MICROS = 7 * DAY_MICROS;
/** 1970-01-05. */
const FIRST_MONDAY: Instant = 4 * DAY_MICROS;

/** The week that the instant lies in, or the one so many weeks later. */
export function weekOf(instant: Instant, later = 0): ArchiveWeek {
  const weeks = Math.floor((instant - FIRST_MONDAY) / WEEK_MICROS) + later;
  const start = FIRST_MONDAY + weeks * WEEK_MICROS;
  return { start, end: start + WEEK_MICROS };
}

import { below, type Random } from '../rockets/random.js';

/** A contact in every minute; times count from the start of the storm. */
export interface SeriesPlan {
  readonly shipName: string;
  /** Null: before the first strike. */
  readonly bookAtMs: number | null;
  readonly firstAtMs: number;
  readonly count: number;
  readonly durationSeconds: number;
  /** When its last occurrence is taken away; null: never. */
  readonly excludeAtMs: number | null;
}

/** As close as contacts of a series may be. */
export const EVERY_MS = 60_000;
/** Of its next occurrences a series shows so many. */
const COUNT_MAX = 20;
const CALM_SERIES = 4;
/** Time for a slow machine to book the first occurrence before the storm begins. */
const CALM_LEAD_MS = 15_000;
/** In a storm that is long enough to owe their last occurrences. */
const STRUCK_SERIES = 2;
const STRUCK_STORM_MS_MIN = 200_000;
const STRUCK_BOOK_MS_MAX = 30_000;
const STRUCK_LEAD_MS = 30_000;
const DURATION_SECONDS_MAX = 3;
/** Fewer have none to spare. */
const EXCLUDING_COUNT_MIN = 2;
const EXCLUDE_LEAD_MS = 10_000;

/** From the seed alone; none begins after the storm. */
export function planSeries(random: Random, seconds: number): SeriesPlan[] {
  const stormMs = seconds * 1_000;
  const struck = stormMs >= STRUCK_STORM_MS_MIN ? STRUCK_SERIES : 0;
  return Array.from({ length: CALM_SERIES + struck }, (_, at) =>
    planOne(random, at, stormMs),
  ).filter(({ firstAtMs }) => firstAtMs <= stormMs);
}

function planOne(random: Random, at: number, stormMs: number): SeriesPlan {
  const bookAtMs = at < CALM_SERIES ? null : below(random, STRUCK_BOOK_MS_MAX);
  const earliestMs = bookAtMs === null ? CALM_LEAD_MS : bookAtMs + STRUCK_LEAD_MS;
  const spreadMs = Math.max(1, Math.min(EVERY_MS, stormMs - earliestMs));
  const firstAtMs = earliestMs + below(random, spreadMs);
  const count = Math.min(COUNT_MAX, 1 + Math.floor((stormMs - firstAtMs) / EVERY_MS));
  const lastAtMs = firstAtMs + (count - 1) * EVERY_MS;
  return {
    shipName: `Storm series ${at}`,
    bookAtMs,
    firstAtMs,
    count,
    durationSeconds: 1 + below(random, DURATION_SECONDS_MAX),
    excludeAtMs:
      count >= EXCLUDING_COUNT_MIN
        ? firstAtMs + below(random, lastAtMs - firstAtMs - EXCLUDE_LEAD_MS)
        : null,
  };
}

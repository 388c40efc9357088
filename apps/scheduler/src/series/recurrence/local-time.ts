import { MICROS_PER_SECOND, parseInstant } from '#common/domain';

/** A date and a time of day without a zone: whole seconds since 1970-01-01T00:00:00, as if in UTC. */
export type LocalTime = number;

export const SECONDS_PER_DAY = 86_400;

const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;
/** What calendars are asked about; the first year of it and the first one after it. */
const YEARS = [1970, 2200] as const;
const [FIRST, END] = YEARS.map((year) => Date.UTC(year) / 1_000) as [LocalTime, LocalTime];

/** Reads `2026-03-01T09:00:00`; null for anything else, also a day that the month lacks. */
export function parseLocalTime(text: string): LocalTime | null {
  const instant = LOCAL_TIME.test(text) ? parseInstant(`${text}Z`) : null;
  const local = instant === null ? null : instant / MICROS_PER_SECOND;
  return local !== null && isInRange(local) ? local : null;
}

export const isInRange = (local: LocalTime): boolean => local >= FIRST && local < END;

export const formatLocalTime = (local: LocalTime): string =>
  new Date(local * 1_000).toISOString().slice(0, 19);

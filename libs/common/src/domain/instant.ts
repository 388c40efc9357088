/**
 * A point in time as whole microseconds since 1970-01-01T00:00:00Z. A `Date` would cut the
 * microseconds that clients send, and a contact cut to the millisecond could start too early.
 * A number holds them exactly from 1684 to 2255.
 */
export type Instant = number;

export const MICROS_PER_MILLISECOND = 1_000;
export const MICROS_PER_SECOND = 1_000_000;

const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * Reads ISO 8601 with an offset (`2024-09-25T22:49:10.342210+00:00`); null for anything else, also
 * for a day that the month lacks, a leap second, a local time without offset, and a time
 * that is out of range. Nanoseconds are rounded up, so that nothing that starts at an instant starts before it.
 */
export function parseInstant(text: string): Instant | null {
  const match = PATTERN.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as SixNumbers;
  if (!isCalendarTime(year, month, day, hour, minute, second)) return null;

  const offsetMinutes = readOffset(match[8], match[9], match[10]);
  if (offsetMinutes === null) return null;

  const fraction = (match[7] ?? '').padEnd(9, '0');
  const micros = Math.ceil(Number(fraction) / 1_000);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offsetMinutes, second, 0);
  const instant = date.getTime() * MICROS_PER_MILLISECOND + micros;
  return Number.isSafeInteger(instant) ? instant : null;
}

type SixNumbers = [number, number, number, number, number, number];

function isCalendarTime(...[year, month, day, hour, minute, second]: SixNumbers): boolean {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return false;
  // Day 0 of the next month is the last day of this one.
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return day <= lastDay.getUTCDate();
}

/** Minutes east of UTC, or null for an offset that no clock can have. */
function readOffset(sign?: string, hours?: string, minutes?: string): number | null {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** UTC with `Z`; three digits of fraction, or six where the microseconds are not zero. */
export function formatInstant(instant: Instant): string {
  const millis = Math.floor(instant / MICROS_PER_MILLISECOND);
  const micros = instant - millis * MICROS_PER_MILLISECOND;
  const text = new Date(millis).toISOString();
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

export const instantOf = (date: Date): Instant => date.getTime() * MICROS_PER_MILLISECOND;

/** The first whole millisecond that is not before the instant. */
export const dateOf = (instant: Instant): Date =>
  new Date(Math.ceil(instant / MICROS_PER_MILLISECOND));

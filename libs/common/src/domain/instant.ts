/**
 * A point in time as whole microseconds since 1970-01-01T00:00:00Z. A `Date` would cut the
 * microseconds that clients send, and a contact cut to the millisecond could start too early.
 * A number holds them exactly from 1684 to 2255.
 */
export type Instant = number;

export const MICROS_PER_MILLISECOND = 1_000;
export const MICROS_PER_SECOND = 1_000_000;

/** Where the fraction or the offset begins: both stand behind a whole second. */
const SECOND_END = 19;
const FRACTION_DIGITS_MAX = 9;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Reads ISO 8601 with an offset (`2024-09-25T22:49:10.342210+00:00`); null for anything else, also
 * for a day that the month lacks, a leap second, a local time without offset, and a time
 * that is out of range. Nanoseconds are rounded up, so that nothing that starts at an instant starts before it.
 */
export function parseInstant(text: string): Instant | null {
  // By hand and without a list in between: each message and each sample brings a time. What cannot
  // be read is NaN, and makes NaN of all that it is added to.
  const fractionEnd = fractionEndOf(text);
  const localMs = readLocalMs(text);
  const offsetMinutes = readOffset(text, fractionEnd);
  const micros = readMicros(text, fractionEnd);
  const instant = (localMs - offsetMinutes * 60_000) * MICROS_PER_MILLISECOND + micros;
  return Number.isSafeInteger(instant) ? instant : null;
}

/** The date and the time of day as if they were UTC, in milliseconds since 1970. */
function readLocalMs(text: string): number {
  const hasMarks =
    text[4] === '-' && text[7] === '-' && text[10] === 'T' && text[13] === ':' && text[16] === ':';
  const year = readDigits(text, 0, 4);
  const month = readDigits(text, 5, 7);
  const day = readDigits(text, 8, 10);
  const hour = readDigits(text, 11, 13);
  const minute = readDigits(text, 14, 16);
  const second = readDigits(text, 17, SECOND_END);
  // `Date.UTC` takes years under 100 for others; they are out of range anyway.
  const isCalendarTime =
    hasMarks && year >= 100 && day >= 1 && day <= daysOf(year, month) && hour <= 23 && minute <= 59;
  return isCalendarTime && second <= 59
    ? Date.UTC(year, month - 1, day, hour, minute, second)
    : Number.NaN;
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_OF_MONTH[month - 1] ?? Number.NaN);
}

/** Where the offset begins: there may be a point and digits before it. */
function fractionEndOf(text: string): number {
  if (text[SECOND_END] !== '.') return SECOND_END;
  let end = SECOND_END + 1;
  while (end <= SECOND_END + FRACTION_DIGITS_MAX && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

/** Whole microseconds of the fraction, rounded up; NaN for a point without digits. */
function readMicros(text: string, end: number): number {
  if (end === SECOND_END) return 0;
  const digitCount = end - SECOND_END - 1;
  if (digitCount === 0) return Number.NaN;
  const nanos = readDigits(text, SECOND_END + 1, end) * 10 ** (FRACTION_DIGITS_MAX - digitCount);
  return Math.ceil(nanos / 1_000);
}

/** Minutes east of UTC; NaN for an offset that no clock can have, or where it is not the end. */
function readOffset(text: string, start: number): number {
  const sign = text[start];
  if (sign === 'Z') return text.length === start + 1 ? 0 : Number.NaN;
  if ((sign !== '+' && sign !== '-') || text[start + 3] !== ':' || text.length !== start + 6)
    return Number.NaN;
  const hours = readDigits(text, start + 1, start + 3);
  const minutes = readDigits(text, start + 4, start + 6);
  const east = hours <= 23 && minutes <= 59 ? hours * 60 + minutes : Number.NaN;
  return sign === '-' ? -east : east;
}

function readDigits(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - ZERO;
  }
  return value;
}

const ZERO = 0x30;
const isDigit = (code: number): boolean => code >= ZERO && code <= ZERO + 9;

/** UTC with `Z`; three digits of fraction, or six where the microseconds are not zero. */
export function formatInstant(instant: Instant): string {
  const day = Math.floor(instant / MICROS_PER_DAY);
  if (day !== lastDay) {
    lastDayText = new Date(day * MILLIS_PER_DAY).toISOString().slice(0, -'00:00:00.000Z'.length);
    lastDay = day;
  }
  const micros = Math.floor(instant - day * MICROS_PER_DAY);
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const hour = TWO_DIGITS[Math.floor(seconds / 3_600)];
  const minute = TWO_DIGITS[Math.floor(seconds / 60) % 60];
  // The one in front keeps the zeros.
  const fraction = String(MICROS_PER_SECOND + micros - seconds * MICROS_PER_SECOND);
  const end = fraction.endsWith('000') ? 4 : 7;
  return `${lastDayText}${hour}:${minute}:${TWO_DIGITS[seconds % 60]}.${fraction.slice(1, end)}Z`;
}

const MILLIS_PER_DAY = 86_400_000;
const MICROS_PER_DAY = MILLIS_PER_DAY * MICROS_PER_MILLISECOND;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** Most instants are of the day of the one before, and dates are what costs. */
let lastDay: number | null = null;
let lastDayText = '';

export const instantOf = (date: Date): Instant => date.getTime() * MICROS_PER_MILLISECOND;

/** The first whole millisecond that is not before the instant. */
export const dateOf = (instant: Instant): Date =>
  new Date(Math.ceil(instant / MICROS_PER_MILLISECOND));

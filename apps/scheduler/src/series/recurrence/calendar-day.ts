import { SECONDS_PER_DAY } from './local-time.js';

/** Whole days since 1970-01-01. */
export type DayNumber = number;

export interface CalendarDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** From 1, as are the days of the year; and how many there are. */
  readonly monthDay: number;
  readonly monthDays: number;
  readonly yearDay: number;
  readonly yearDays: number;
  /** Monday is 0. */
  readonly weekday: number;
}

const MS_PER_DAY = SECONDS_PER_DAY * 1_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** `month` may lie beyond the year: 13 is January of the next. */
export const dayNumberOf = (year: number, month: number, monthDay: number): DayNumber =>
  Date.UTC(year, month - 1, monthDay) / MS_PER_DAY;

export const weekdayOf = (day: DayNumber): number => (((day + FIRST_WEEKDAY) % 7) + 7) % 7;

export function calendarDayOf(day: DayNumber): CalendarDay {
  const date = new Date(day * MS_PER_DAY);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + 1;
  const firstOfYear = dayNumberOf(year, 1, 1);
  return {
    year,
    month,
    monthDay: date.getUTCDate(),
    monthDays: dayNumberOf(year, month + 1, 1) - dayNumberOf(year, month, 1),
    yearDay: day - firstOfYear + 1,
    yearDays: dayNumberOf(year + 1, 1, 1) - firstOfYear,
    weekday: weekdayOf(day),
  };
}

export const weekStartOf = (day: DayNumber, weekStart: number): DayNumber =>
  day - ((weekdayOf(day) - weekStart + 7) % 7);

/** The week's number in its year, from the first and from the last: a week is of the year that has most of it. */
export function weekNumbersOf(day: DayNumber, weekStart: number): readonly [number, number] {
  const middle = calendarDayOf(weekStartOf(day, weekStart) + 3);
  // The 28th of December is in the last week of its year, whatever the weekday is.
  const last = calendarDayOf(weekStartOf(dayNumberOf(middle.year, 12, 28), weekStart) + 3);
  const number = Math.ceil(middle.yearDay / 7);
  return [number, number - Math.ceil(last.yearDay / 7) - 1];
}

import type { LocalTime } from './local-time.js';

/** FREQ, longest first. Every second is none of them: contacts are not that many. */
export const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** In the order of the week, Monday is 0. */
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** `2MO` is the second Monday of the month or year, `-1FR` the last Friday, `MO` every Monday. */
export interface RuleWeekday {
  readonly ordinal: number | null;
  readonly weekday: number;
}

/** A recurrence rule of RFC 5545, 3.3.10. Lists are sorted; null: that part was not given. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** The last time that may be, in UTC or as the zone's clocks show it. */
  readonly until: { readonly time: LocalTime; readonly isUtc: boolean } | null;
  readonly months: readonly number[] | null;
  readonly weekNumbers: readonly number[] | null;
  readonly yearDays: readonly number[] | null;
  readonly monthDays: readonly number[] | null;
  readonly weekdays: readonly RuleWeekday[] | null;
  readonly hours: readonly number[] | null;
  readonly minutes: readonly number[] | null;
  readonly seconds: readonly number[] | null;
  readonly positions: readonly number[] | null;
  readonly weekStart: number;
}

/** Why a text is no rule that we take, in words for whoever wrote it. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

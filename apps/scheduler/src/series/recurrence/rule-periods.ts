import { calendarDayOf, type DayNumber, dayNumberOf, weekStartOf } from './calendar-day.js';
import { type LocalTime, SECONDS_PER_DAY } from './local-time.js';
import type { Rule } from './rule.js';
import { isDayOf } from './rule-days.js';

/** The times of one period of the rule are these seconds of each of these days. */
export interface RulePeriod {
  readonly days: readonly DayNumber[];
  readonly seconds: readonly number[];
}

const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_MINUTE = 60;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const MINUTES = Array.from({ length: 60 }, (_, minute) => minute);

/**
 * The periods of a completed rule that begins at `start`, in order, from the one that has `from` in
 * it to the one that has `to`; also such as have no times.
 */
export function* periodsOf(
  rule: Rule,
  start: LocalTime,
  from: LocalTime,
  to: LocalTime,
): Generator<RulePeriod> {
  const isInDays = rule.frequency === 'HOURLY' || rule.frequency === 'MINUTELY';
  const [first, last] = [dayOf(Math.max(start, from)), dayOf(to)];
  if (isInDays) yield* shortPeriods(rule, start, first, last);
  else yield* longPeriods(rule, start, first, last);
}

/** Years, months, weeks and days: the times of day are the same in each. */
function* longPeriods(
  rule: Rule,
  start: LocalTime,
  first: DayNumber,
  last: DayNumber,
): Generator<RulePeriod> {
  const { hours, minutes, seconds } = timesOf(rule, start);
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => secondOf(hour, minute, second))),
  );
  const origin = periodNumber(rule, dayOf(start));
  const skipped = Math.floor((periodNumber(rule, first) - origin) / rule.interval) * rule.interval;
  for (let number = origin + skipped; ; number += rule.interval) {
    const [begin, end] = [periodBegin(rule, number), periodBegin(rule, number + 1)];
    if (begin > last) return;
    const days: DayNumber[] = [];
    for (let day = begin; day < end; day += 1) if (isDayOf(rule, day)) days.push(day);
    yield { days, seconds: times };
  }
}

/** Which of its kind a period is that has the day, counted from some fixed one. */
function periodNumber({ frequency, weekStart }: Rule, day: DayNumber): number {
  const { year, month } = calendarDayOf(day);
  if (frequency === 'YEARLY') return year;
  if (frequency === 'MONTHLY') return year * 12 + month - 1;
  return frequency === 'WEEKLY' ? Math.floor((day - weekStartOf(0, weekStart)) / 7) : day;
}

function periodBegin({ frequency, weekStart }: Rule, number: number): DayNumber {
  if (frequency === 'YEARLY') return dayNumberOf(number, 1, 1);
  if (frequency === 'MONTHLY') return dayNumberOf(Math.floor(number / 12), (number % 12) + 1, 1);
  return frequency === 'WEEKLY' ? number * 7 + weekStartOf(0, weekStart) : number;
}

/** Hours and minutes, as the clocks show them. */
function* shortPeriods(
  rule: Rule,
  start: LocalTime,
  first: DayNumber,
  last: DayNumber,
): Generator<RulePeriod> {
  const { minutes, seconds } = timesOf(rule, start);
  const isHourly = rule.frequency === 'HOURLY';
  const length = isHourly ? SECONDS_PER_HOUR : SECONDS_PER_MINUTE;
  const origin = Math.floor(start / length);
  const begins = (rule.hours ?? HOURS).flatMap((hour) =>
    isHourly
      ? [secondOf(hour, 0, 0)]
      : (rule.minutes ?? MINUTES).map((minute) => secondOf(hour, minute, 0)),
  );
  const offsets = isHourly
    ? minutes.flatMap((minute) => seconds.map((second) => secondOf(0, minute, second)))
    : seconds;
  for (let day = first; day <= last; day += 1) {
    yield { days: [], seconds: [] };
    if (!isDayOf(rule, day)) continue;
    for (const begin of begins) {
      const number = (day * SECONDS_PER_DAY + begin) / length;
      if ((number - origin) % rule.interval !== 0) continue;
      yield { days: [day], seconds: offsets.map((offset) => begin + offset) };
    }
  }
}

function timesOf({ hours, minutes, seconds }: Rule, start: LocalTime) {
  const second = ((start % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
  return {
    hours: hours ?? [Math.floor(second / SECONDS_PER_HOUR)],
    minutes: minutes ?? [Math.floor((second % SECONDS_PER_HOUR) / SECONDS_PER_MINUTE)],
    seconds: seconds ?? [second % SECONDS_PER_MINUTE],
  };
}

const secondOf = (hour: number, minute: number, second: number): number =>
  hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second;

const dayOf = (local: LocalTime): DayNumber => Math.floor(local / SECONDS_PER_DAY);

import { calendarDayOf, type CalendarDay, type DayNumber, weekNumbersOf } from './calendar-day.js';
import { type LocalTime, SECONDS_PER_DAY } from './local-time.js';
import type { Rule } from './rule.js';

/** What a rule leaves open, its start says: `FREQ=MONTHLY` is on the start's day of the month. */
export function completed(rule: Rule, start: LocalTime): Rule {
  const { yearDays, monthDays, weekdays, weekNumbers } = rule;
  if (yearDays !== null || monthDays !== null || weekdays !== null) return rule;
  const day = calendarDayOf(Math.floor(start / SECONDS_PER_DAY));
  const onWeekday = { ...rule, weekdays: [{ ordinal: null, weekday: day.weekday }] };
  switch (rule.frequency) {
    case 'YEARLY':
      return weekNumbers !== null
        ? onWeekday
        : { ...rule, months: rule.months ?? [day.month], monthDays: [day.monthDay] };
    case 'MONTHLY':
      return { ...rule, monthDays: [day.monthDay] };
    case 'WEEKLY':
      return onWeekday;
    case 'DAILY':
    case 'HOURLY':
    case 'MINUTELY':
      return rule;
  }
}

/** Whether a completed rule is about that day. */
export function isDayOf(rule: Rule, day: DayNumber): boolean {
  const facts = calendarDayOf(day);
  return (
    (rule.months?.includes(facts.month) ?? true) &&
    isListed(rule.monthDays, facts.monthDay, facts.monthDays) &&
    isListed(rule.yearDays, facts.yearDay, facts.yearDays) &&
    isWeekdayOf(rule, facts) &&
    (rule.weekNumbers === null ||
      weekNumbersOf(day, rule.weekStart).some((number) => rule.weekNumbers!.includes(number)))
  );
}

/** By its number from the beginning, or from the end. */
const isListed = (list: readonly number[] | null, number: number, total: number): boolean =>
  list === null || list.includes(number) || list.includes(number - total - 1);

function isWeekdayOf({ frequency, months, weekdays }: Rule, day: CalendarDay): boolean {
  if (weekdays === null) return true;
  const isInMonth = frequency === 'MONTHLY' || months !== null;
  const [number, total] = isInMonth ? [day.monthDay, day.monthDays] : [day.yearDay, day.yearDays];
  const first = Math.ceil(number / 7);
  const last = -Math.ceil((total - number + 1) / 7);
  return weekdays.some(
    ({ ordinal, weekday }) =>
      weekday === day.weekday && (ordinal === null || ordinal === first || ordinal === last),
  );
}

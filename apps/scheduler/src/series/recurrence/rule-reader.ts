import { parseInstant, MICROS_PER_SECOND } from '#common/domain';
import { isInRange } from './local-time.js';
import {
  FREQUENCIES,
  type Frequency,
  type Rule,
  RuleError,
  type RuleWeekday,
  WEEKDAYS,
} from './rule.js';

export const RULE_CHARS_MAX = 1_000;
/** The whole of it is counted through again and again. */
export const COUNT_MAX = 50_000;
const INTERVAL_MAX = 10_000;
const ORDINAL_MAX = 53;

/** The least and the greatest number of a list, and whether it may be counted from the end. */
const NUMBER_LISTS = {
  BYMONTH: [1, 12, false],
  BYWEEKNO: [1, 53, true],
  BYYEARDAY: [1, 366, true],
  BYMONTHDAY: [1, 31, true],
  BYHOUR: [0, 23, false],
  BYMINUTE: [0, 59, false],
  // 60 is a leap second: no clock that we know has one.
  BYSECOND: [0, 59, false],
  BYSETPOS: [1, 366, true],
} as const;

const NAMES = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', ...Object.keys(NUMBER_LISTS)];

/** Reads `FREQ=DAILY;BYHOUR=9;COUNT=30`. @throws {RuleError} for what is none, or not one for us */
export function readRule(text: string): Rule {
  const parts = partsOf(text);
  const list = (name: keyof typeof NUMBER_LISTS): readonly number[] | null =>
    numbersOf(name, parts.get(name));
  const rule: Rule = {
    frequency: frequencyOf(parts.get('FREQ')),
    interval: numberOf('INTERVAL', parts.get('INTERVAL'), INTERVAL_MAX) ?? 1,
    count: numberOf('COUNT', parts.get('COUNT'), COUNT_MAX),
    until: untilOf(parts.get('UNTIL')),
    months: list('BYMONTH'),
    weekNumbers: list('BYWEEKNO'),
    yearDays: list('BYYEARDAY'),
    monthDays: list('BYMONTHDAY'),
    weekdays: weekdaysOf(parts.get('BYDAY')),
    hours: list('BYHOUR'),
    minutes: list('BYMINUTE'),
    seconds: list('BYSECOND'),
    positions: list('BYSETPOS'),
    weekStart: weekdayOf('WKST', parts.get('WKST') ?? 'MO'),
  };
  refuseContradictions(rule);
  return rule;
}

function partsOf(text: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(';')) {
    const [name = '', value = '', ...more] = part.split('=');
    if (!NAMES.includes(name) || value === '' || more.length > 0)
      throw new RuleError(`${part === '' ? 'an empty part' : part} is no part of a rule`);
    if (parts.has(name)) throw new RuleError(`${name} is there twice`);
    parts.set(name, value);
  }
  return parts;
}

function frequencyOf(value: string | undefined): Frequency {
  const frequency = FREQUENCIES.find((known) => known === value);
  if (frequency === undefined) throw new RuleError(`FREQ must be one of ${FREQUENCIES.join(', ')}`);
  return frequency;
}

function numberOf(name: string, value: string | undefined, max: number): number | null {
  if (value === undefined) return null;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= max) return number;
  throw new RuleError(`${name} must be a whole number from 1 to ${max}`);
}

function numbersOf(
  name: keyof typeof NUMBER_LISTS,
  value: string | undefined,
): readonly number[] | null {
  if (value === undefined) return null;
  const [min, max, isSigned] = NUMBER_LISTS[name];
  const numbers = value.split(',').map((item) => {
    const number = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN;
    const size = isSigned ? Math.abs(number) : number;
    if (size >= min && size <= max) return number;
    const range = `${min} to ${max}${isSigned ? `, or -${max} to -${min}` : ''}`;
    throw new RuleError(`${name} must be whole numbers, ${range}`);
  });
  return sorted(numbers);
}

const sorted = (numbers: readonly number[]): readonly number[] =>
  [...new Set(numbers)].toSorted((one, other) => one - other);

function weekdaysOf(value: string | undefined): readonly RuleWeekday[] | null {
  if (value === undefined) return null;
  return value.split(',').map((item) => {
    const ordinal = item.length === 2 ? null : Number(item.slice(0, -2));
    const isOrdinal = ordinal === null || /^[+-]?\d{1,2}$/.test(item.slice(0, -2));
    const size = Math.abs(ordinal ?? 1);
    if (!isOrdinal || size < 1 || size > ORDINAL_MAX)
      throw new RuleError(`BYDAY has ${item}: before a weekday stands a number from 1 to 53, or -`);
    return { ordinal, weekday: weekdayOf('BYDAY', item.slice(-2)) };
  });
}

function weekdayOf(name: string, value: string): number {
  const weekday = WEEKDAYS.findIndex((known) => known === value);
  if (weekday === -1) throw new RuleError(`${name} must name weekdays as ${WEEKDAYS.join(', ')}`);
  return weekday;
}

function untilOf(value: string | undefined): Rule['until'] {
  if (value === undefined) return null;
  const [, year, month, day, hour, minute, second, zone] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)$/.exec(value) ?? [];
  const instant = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (instant !== null && isInRange(instant / MICROS_PER_SECOND))
    return { time: instant / MICROS_PER_SECOND, isUtc: zone === 'Z' };
  throw new RuleError('UNTIL must be a date and time, such as 20300101T090000Z');
}

/** What RFC 5545 forbids side by side, and what cannot mean anything. */
function refuseContradictions(rule: Rule): void {
  const { frequency } = rule;
  const isDated = frequency === 'DAILY' || frequency === 'WEEKLY' || frequency === 'MONTHLY';
  const hasOrdinals = rule.weekdays?.some(({ ordinal }) => ordinal !== null) ?? false;
  const mayHaveOrdinals =
    frequency === 'MONTHLY' || (frequency === 'YEARLY' && rule.weekNumbers === null);
  const faults: readonly (readonly [boolean, string])[] = [
    [rule.count !== null && rule.until !== null, 'COUNT and UNTIL exclude each other'],
    [rule.weekNumbers !== null && frequency !== 'YEARLY', 'BYWEEKNO needs FREQ=YEARLY'],
    [rule.yearDays !== null && isDated, `BYYEARDAY does not go with FREQ=${frequency}`],
    [rule.monthDays !== null && frequency === 'WEEKLY', 'BYMONTHDAY does not go with FREQ=WEEKLY'],
    [hasOrdinals && !mayHaveOrdinals, 'BYDAY has numbers only in a month or in a year'],
    [(rule.seconds?.length ?? 0) > 1, 'BYSECOND must be one: at most one contact in a minute'],
    [rule.positions !== null && !hasOtherList(rule), 'BYSETPOS needs another BY part'],
  ];
  const fault = faults.find(([isThere]) => isThere);
  if (fault) throw new RuleError(fault[1]);
}

const hasOtherList = (rule: Rule): boolean =>
  [
    rule.months,
    rule.weekNumbers,
    rule.yearDays,
    rule.monthDays,
    rule.weekdays,
    rule.hours,
    rule.minutes,
    rule.seconds,
  ].some((list) => list !== null);

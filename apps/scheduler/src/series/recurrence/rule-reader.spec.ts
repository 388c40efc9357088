import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuleError } from './rule.js';
import { readRule } from './rule-reader.js';
import { aRuleText } from './testing/rule-texts.js';

describe('readRule', () => {
  it('reads all parts, in any order and case', () => {
    const rule = readRule('until=20300101T090000z;ByDay=-1fr,2MO,TU;BYMONTH=3,1,3;freq=monthly');
    expect(rule).toMatchObject({
      frequency: 'MONTHLY',
      interval: 1,
      count: null,
      until: { time: Date.UTC(2030, 0, 1, 9) / 1_000, isUtc: true },
      months: [1, 3],
      weekdays: [
        { ordinal: -1, weekday: 4 },
        { ordinal: 2, weekday: 0 },
        { ordinal: null, weekday: 1 },
      ],
      hours: null,
      weekStart: 0,
    });
  });

  it.each([
    ['', 'is no part of a rule'],
    ['daily', 'is no part of a rule'],
    ['FREQ=DAILY;', 'is no part of a rule'],
    ['FREQ=DAILY;COUNT=', 'is no part of a rule'],
    ['FREQ=DAILY;X-OWN=1', 'is no part of a rule'],
    ['FREQ=DAILY\nDTSTART:20300101T000000Z', 'FREQ must be one of'],
    ['RRULE:FREQ=DAILY', 'is no part of a rule'],
    ['INTERVAL=2', 'FREQ must be one of'],
    ['FREQ=SECONDLY', 'FREQ must be one of'],
    ['FREQ=DAILY;FREQ=WEEKLY', 'FREQ is there twice'],
    ['FREQ=DAILY;INTERVAL=0', 'INTERVAL must be a whole number'],
    ['FREQ=DAILY;INTERVAL=99999999', 'INTERVAL must be a whole number'],
    ['FREQ=DAILY;COUNT=1e9', 'COUNT must be a whole number'],
    ['FREQ=DAILY;COUNT=-1', 'COUNT must be a whole number'],
    ['FREQ=DAILY;BYHOUR=24', 'BYHOUR must be whole numbers, 0 to 23'],
    ['FREQ=DAILY;BYHOUR=-1', 'BYHOUR must be'],
    ['FREQ=DAILY;BYHOUR=1.5', 'BYHOUR must be'],
    ['FREQ=DAILY;BYHOUR=1,,2', 'BYHOUR must be'],
    ['FREQ=DAILY;BYMONTHDAY=0', 'BYMONTHDAY must be whole numbers, 1 to 31, or -31 to -1'],
    ['FREQ=DAILY;BYSECOND=60', 'BYSECOND must be'],
    ['FREQ=DAILY;BYSECOND=0,30', 'at most one contact in a minute'],
    ['FREQ=DAILY;BYDAY=XX', 'BYDAY must name weekdays'],
    ['FREQ=MONTHLY;BYDAY=0MO', 'before a weekday stands'],
    ['FREQ=MONTHLY;BYDAY=1.5MO', 'before a weekday stands'],
    ['FREQ=DAILY;BYDAY=1MO', 'BYDAY has numbers only in'],
    ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', 'BYDAY has numbers only in'],
    ['FREQ=WEEKLY;WKST=1', 'WKST must name weekdays'],
    ['FREQ=DAILY;UNTIL=20300230T000000Z', 'UNTIL must be a date and time'],
    ['FREQ=DAILY;UNTIL=20300101', 'UNTIL must be a date and time'],
    ['FREQ=DAILY;UNTIL=20300101T000060Z', 'UNTIL must be a date and time'],
    ['FREQ=DAILY;UNTIL=20300101T000000Z;COUNT=2', 'exclude each other'],
    ['FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO needs'],
    ['FREQ=MONTHLY;BYYEARDAY=1', 'BYYEARDAY does not go with FREQ=MONTHLY'],
    ['FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY does not go with'],
    ['FREQ=DAILY;BYSETPOS=1', 'BYSETPOS needs another'],
  ])('refuses %j: %s', (text, reason) => {
    expect(() => readRule(text)).toThrow(reason);
  });

  it('takes every good rule, and no other text brings any other fault than its own', () => {
    fc.assert(fc.property(aRuleText, (text) => readRule(text).interval >= 1));
    const part = fc.constantFrom(
      'FREQ=',
      'DAILY',
      'COUNT=',
      'BYDAY=',
      'UNTIL=',
      ';',
      ',',
      '-',
      '1',
      'MO',
    );
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(noise, (text) => {
        try {
          return readRule(text).interval >= 1;
        } catch (fault) {
          return fault instanceof RuleError;
        }
      }),
      { numRuns: 150 },
    );
  });
});

import fc from 'fast-check';
import { FREQUENCIES, WEEKDAYS } from '../rule.js';

const someOf = (min: number, max: number): fc.Arbitrary<string> =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map(String);

const signedOf = (max: number): fc.Arbitrary<string> =>
  fc
    .uniqueArray(
      fc.integer({ min: -max, max }).filter((number) => number !== 0),
      { minLength: 1, maxLength: 3 },
    )
    .map(String);

const weekdays = (hasOrdinals: boolean): fc.Arbitrary<string> =>
  fc
    .uniqueArray(
      fc
        .record({
          ordinal: hasOrdinals ? fc.constantFrom('', '1', '2', '-1', '-2') : fc.constant(''),
          day: fc.constantFrom(...WEEKDAYS),
        })
        .map(({ ordinal, day }) => `${ordinal}${day}`),
      { minLength: 1, maxLength: 3 },
    )
    .map(String);

const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string | undefined> =>
  fc.option(text, { nil: undefined, freq: 1 });

/** Rules of all kinds that RFC 5545 says something definite about. */
export const aRuleText: fc.Arbitrary<string> = fc.constantFrom(...FREQUENCIES).chain((frequency) =>
  fc
    .record({
      INTERVAL: maybe(fc.integer({ min: 1, max: 5 }).map(String)),
      COUNT: maybe(fc.integer({ min: 1, max: 60 }).map(String)),
      BYMONTH: maybe(someOf(1, 12)),
      BYMONTHDAY: frequency === 'WEEKLY' ? fc.constant(undefined) : maybe(signedOf(31)),
      BYDAY: maybe(weekdays(frequency === 'MONTHLY' || frequency === 'YEARLY')),
      BYHOUR: maybe(someOf(0, 23)),
      BYMINUTE: maybe(someOf(0, 59)),
      BYSETPOS: maybe(signedOf(5)),
      WKST: maybe(fc.constantFrom(...WEEKDAYS)),
    })
    .map(({ BYSETPOS, ...parts }) => {
      const hasBy = Object.entries(parts).some(
        ([name, value]) => name.startsWith('BY') && value !== undefined,
      );
      const all = { ...parts, BYSETPOS: hasBy ? BYSETPOS : undefined };
      const given = Object.entries(all).filter(([, value]) => value !== undefined);
      return [['FREQ', frequency], ...given].map((part) => part.join('=')).join(';');
    }),
);

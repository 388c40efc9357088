import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContactAccount } from './contact-account.js';
import { SequenceSet } from './sequence-set.js';

const BYTES = 39;
const SENT = 40;
const STATEMENT = { firstSequence: 1, lastSequence: SENT, sent: SENT };
/** Up to four times as far as the ship ever counted. */
const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 4 * SENT }), { maxLength: 80 });

const taken = (all: readonly number[]): ContactAccount => {
  const account = ContactAccount.open('sequence');
  for (const number of all) account.takeNumbered(number, BYTES);
  return account;
};

describe('an account whose ship said which number was its last', () => {
  it('closes over numbers above it, which count as rejected, and says the same of the others', () => {
    fc.assert(
      fc.property(numbers, fc.nat(5), (all, refused) => {
        const own = all.filter((number) => number <= SENT);
        const above = all.length - own.length + refused;
        const account = taken(all);
        for (let nr = 0; nr < refused; nr += 1) account.reject('after-end', BYTES);
        account.endAt(SENT);
        account.endAt(SENT);

        expect(account.isClosed(STATEMENT)).toBe(true);
        expect(account.counts()).toMatchObject({
          received: all.length + refused,
          good: own.length,
        });
        expect(account.counts().rejected).toEqual(above === 0 ? {} : { 'after-end': above });
        expect(account.numbers(STATEMENT)).toEqual(taken(own).numbers(STATEMENT));
      }),
    );
  });

  it('says the same after a restart, and of what comes late', () => {
    fc.assert(
      fc.property(numbers, numbers, (before, late) => {
        const account = taken(before);
        account.endAt(SENT);
        const archived = SequenceSet.union(before.map((number) => [number, number] as const));
        const again = ContactAccount.restore(account.snapshot(), archived);
        expect(again.counts()).toEqual(account.counts());

        for (const one of [account, again])
          for (const number of late) one.takeNumbered(number, BYTES);
        expect(again.counts()).toEqual(account.counts());
        expect(again.numbers(STATEMENT)).toEqual(account.numbers(STATEMENT));
        expect(again.isClosed(STATEMENT)).toBe(true);
      }),
    );
  });

  it('has nothing left where the ship says that it sent nothing', () => {
    const account = taken([7]);
    account.endAt(0);
    const nothing = { firstSequence: 1, lastSequence: 0, sent: 0 };
    expect(account.counts()).toMatchObject({ good: 0, rejected: { 'after-end': 1 } });
    expect(account.isClosed(nothing)).toBe(true);
  });
});

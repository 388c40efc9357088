import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContactAccount } from './contact-account.js';
import { SequenceSet } from './sequence-set.js';

const BYTES = 39;
type Fate = 'kept' | 'dropped' | 'corrupt' | 'lost';

const fates = fc.array(fc.constantFrom<Fate>('kept', 'kept', 'dropped', 'corrupt', 'lost'), {
  minLength: 1,
  maxLength: 200,
});
const numbersOf = (all: readonly Fate[], wanted: Fate): number[] =>
  all.flatMap((fate, at) => (fate === wanted ? [at + 1] : []));

describe('an account of which the archive lost something', () => {
  it('says which numbers, and closes', () => {
    fc.assert(
      fc.property(fates, (all) => {
        const account = ContactAccount.open('sequence');
        all.forEach((fate, at) => {
          if (fate === 'corrupt') account.corrupt(at + 1, BYTES);
          else if (fate !== 'lost') account.takeNumbered(at + 1, BYTES);
        });
        const kept = numbersOf(all, 'kept');
        const stored = SequenceSet.union(kept.map((number) => [number, number] as const));
        const { good: taken } = account.counts();
        const again = ContactAccount.restore(account.snapshot(), stored);
        account.keepOnly(stored);
        account.keepOnly(stored);
        again.keepOnly(stored, taken);
        again.keepOnly(stored);

        const statement = { firstSequence: 1, lastSequence: all.length, sent: all.length };
        const dropped = numbersOf(all, 'dropped');
        const { good, missingRanges } = account.numbers(statement);
        const shed = missingRanges.flatMap(({ from, to, cause }) =>
          cause === 'shed' ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : [],
        );
        expect([good, shed]).toEqual([kept.length, dropped]);
        expect(account.counts()).toMatchObject({ good: kept.length, shed: dropped.length });
        expect(account.isClosed(statement)).toBe(true);
        expect(again.isClosed(statement)).toBe(true);
        expect(again.counts()).toEqual(account.counts());
      }),
    );
  });

  it('counts them where datagrams have no numbers', () => {
    const account = ContactAccount.open('totals');
    for (let nr = 1; nr <= 10; nr += 1) account.takeUnnumbered(BYTES);
    account.keepOnly(SequenceSet.of([[1, 4]]));

    const statement = { firstSequence: 0, lastSequence: 0, sent: 12 };
    expect(account.counts()).toMatchObject({ received: 10, good: 4, shed: 6 });
    expect(account.numbers(statement).missingByCause).toMatchObject({ shed: 6, lost: 2 });
    expect(account.isClosed(statement)).toBe(true);
  });
});

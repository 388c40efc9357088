import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLAIMED_RANGES_MAX } from './claims.js';
import { ContactAccount, type AccountSnapshot, type ShipStatement } from './contact-account.js';
import { SequenceSet } from './sequence-set.js';

const BYTES = 39;

type Fate = 'good' | 'corrupt' | 'shed' | 'lost';

/** What became of the numbers from 1 on, and the ship's word for them. */
function told(fates: readonly Fate[]): { account: ContactAccount; statement: ShipStatement } {
  const account = ContactAccount.open('sequence');
  fates.forEach((fate, at) => {
    if (fate === 'good') account.takeNumbered(at + 1, BYTES);
    else if (fate !== 'lost') account[fate](at + 1, BYTES);
  });
  const statement = { firstSequence: 1, lastSequence: fates.length, sent: fates.length };
  return { account, statement };
}

/** As it comes back from where it is kept. */
function restored(account: ContactAccount, fates: readonly Fate[]): ContactAccount {
  const good = fates.flatMap((fate, at) => (fate === 'good' ? [[at + 1, at + 1] as const] : []));
  const kept = JSON.parse(JSON.stringify(account.snapshot())) as AccountSnapshot;
  return ContactAccount.restore(kept, SequenceSet.union(good));
}

const causesOf = (account: ContactAccount, statement: ShipStatement): Fate[] => {
  const fates: Fate[] = Array.from({ length: statement.lastSequence }, () => 'good');
  for (const { from, to, cause } of account.numbers(statement).missingRanges)
    fates.fill(cause as Fate, from - 1, to);
  return fates;
};

describe('the numbers that damaged and shed datagrams claim', () => {
  it('tell them from the lost ones, also after a restart', () => {
    const fate = fc.constantFrom<Fate>('good', 'corrupt', 'shed', 'lost');
    fc.assert(
      fc.property(fc.array(fate, { minLength: 1, maxLength: 700 }), (fates) => {
        const { account, statement } = told(fates);
        expect(causesOf(account, statement)).toEqual(fates);
        const again = restored(account, fates);
        expect(causesOf(again, statement)).toEqual(fates);
        expect(again.snapshot()).toEqual(account.snapshot());
        expect(again.isClosed(statement)).toBe(true);
      }),
    );
  });

  it('do so in a long contact over a bad link', () => {
    const turn: readonly Fate[] = ['good', 'lost', 'corrupt', 'good', 'shed', 'lost', 'good'];
    const fates = Array.from({ length: 350_000 }, (_, at) => turn[at % turn.length]!);
    const { account, statement } = told(fates);

    expect(causesOf(account, statement).join()).toBe(fates.join());
    expect(causesOf(restored(account, fates), statement).join()).toBe(fates.join());
  });

  it('take little with each batch, and beyond a bound are counted alone', () => {
    const fates = Array.from({ length: 3 * CLAIMED_RANGES_MAX }, (_, at) =>
      at % 2 === 0 ? ('corrupt' as const) : ('good' as const),
    );
    const { account, statement } = told(fates);

    const { corruptUnnumbered } = account.snapshot();
    expect(corruptUnnumbered).toBe(fates.length / 2 - CLAIMED_RANGES_MAX);
    expect(JSON.stringify(account.snapshot()).length).toBeLessThan(400_000);
    expect(account.numbers(statement).missingByCause).toMatchObject({ corrupt: fates.length / 2 });
    expect(account.isClosed(statement)).toBe(true);
  });

  it('are read as earlier versions have kept them', () => {
    const { account } = told(['good']);
    const corruptClaims = Array.from({ length: 100 }, (_, nr) => [2 * nr, 2 * nr] as const);
    const before = { ...account.snapshot(), corrupt: 100, corruptClaims };
    const again = ContactAccount.restore(before, SequenceSet.of([[1, 1]]));

    const statement = { firstSequence: 0, lastSequence: 199, sent: 200 };
    expect(again.numbers(statement).missingByCause).toMatchObject({ corrupt: 100, lost: 99 });
  });
});

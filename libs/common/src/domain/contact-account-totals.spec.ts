import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContactAccount, type ShipStatement } from './contact-account.js';
import { SequenceSet } from './sequence-set.js';

const BYTES = 39;
const NONE = { corrupt: 0, shed: 0, kernel: 0, restart: 0, lost: 0 };

describe('an account of totals', () => {
  const sentSome = (sent: number): ShipStatement => ({
    firstSequence: 1,
    lastSequence: sent,
    sent,
  });
  type Totals = Record<'good' | 'notJson' | 'foreign' | 'shed' | 'dropped' | 'more', number>;
  const few = fc.nat(6);
  const totals: fc.Arbitrary<Totals> = fc.record({
    good: few,
    notJson: few,
    foreign: few,
    shed: few,
    dropped: few,
    more: few,
  });

  function accountOfTotals({ good, notJson, foreign, shed, dropped }: Totals): ContactAccount {
    const account = ContactAccount.open('totals');
    for (let n = 1; n <= good; n += 1) expect(account.takeUnnumbered(BYTES)).toBe(n);
    for (let n = 0; n < notJson; n += 1) account.reject('not-json', BYTES);
    for (let n = 0; n < foreign; n += 1) account.reject('unknown_source', BYTES);
    for (let n = 0; n < shed; n += 1) account.shed(null, BYTES);
    account.dropInKernel(dropped);
    return account;
  }

  it('explains all that the ship sent, whatever strangers send', () => {
    fc.assert(
      fc.property(totals, (happened) => {
        const account = accountOfTotals(happened);
        const { good, notJson, shed, dropped, more } = happened;
        const sent = sentSome(good + notJson + shed + more);
        const { expected, missing, missingByCause } = account.numbers(sent);

        expect(account.isClosed(sent)).toBe(true);
        expect(expected).toBe(good + missing!);
        expect(missingByCause).toEqual({
          corrupt: notJson,
          shed,
          kernel: Math.min(more, dropped),
          restart: 0,
          lost: Math.max(0, more - dropped),
        });
        expect(account.isComplete(sent)).toBe(more === 0);
      }),
    );
  });

  it('names what was sent while the receiver was away, at most', () => {
    const account = ContactAccount.open('totals');
    const receive = (count: number): void => {
      for (let n = 0; n < count; n += 1) account.takeUnnumbered(BYTES);
    };
    const awayUntil = (sent: number | null): void =>
      account.awayUntil({ firstSequence: 1, lastSequence: sent, sent });
    receive(10);
    awayUntil(15);
    receive(5);
    awayUntil(27);
    awayUntil(null);
    expect(account.numbers(sentSome(30)).missingByCause).toEqual({ ...NONE, restart: 12, lost: 3 });
    receive(5);
    expect(account.numbers(sentSome(30)).missingByCause).toEqual({ ...NONE, restart: 10 });

    const restored = ContactAccount.restore(account.snapshot(), new SequenceSet());
    expect(restored.numbers(sentSome(30))).toEqual(account.numbers(sentSome(30)));
  });

  it('never closes over more than the ship sent', () => {
    fc.assert(
      fc.property(totals, (happened) => {
        const { good, notJson, shed } = happened;
        fc.pre(good + notJson + shed > 0);
        const sent = sentSome(good + notJson + shed - 1);
        const account = accountOfTotals(happened);

        expect(account.isClosed(sent)).toBe(false);
        expect(account.numbers(sent).missing).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('stays open without the count of the ship', () => {
    expect(ContactAccount.open('totals').isClosed({ ...sentSome(0), sent: null })).toBe(false);
  });

  it('takes nothing away where more came than the ship sent, also after a restart', () => {
    const account = ContactAccount.open('totals');
    for (let nr = 1; nr <= 5; nr += 1) account.takeUnnumbered(BYTES);
    const again = ContactAccount.restore(account.snapshot(), SequenceSet.of([[1, 5]]));
    for (const one of [account, again]) {
      one.endAt(3);
      expect(one.counts()).toMatchObject({ received: 5, good: 5, rejected: {} });
      expect(one.isClosed({ firstSequence: 1, lastSequence: 3, sent: 3 })).toBe(false);
    }
  });
});

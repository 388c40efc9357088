import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContactAccount, type ShipStatement } from './contact-account.js';
import type { NumberCause } from './missing-causes.js';
import { NEVER_SENT_RANGES_MAX } from './never-sent.js';
import { SequenceSet } from './sequence-set.js';

const SENT = 40;
const BYTES = 39;
const NONE = { corrupt: 0, shed: 0, kernel: 0, restart: 0, lost: 0 };
const statement: ShipStatement = { firstSequence: 1, lastSequence: SENT, sent: SENT };

type Event =
  | { readonly kind: 'good'; readonly n: number }
  | { readonly kind: 'corrupt' | 'shed'; readonly n: number | null }
  | { readonly kind: 'control' }
  | { readonly kind: 'rejected'; readonly reason: string };

const sequence = fc.integer({ min: 1, max: SENT });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('good' as const), n: sequence }) },
  fc.record({
    kind: fc.constantFrom('corrupt' as const, 'shed' as const),
    n: fc.option(fc.integer({ min: 0, max: SENT + 5 })),
  }),
  fc.record({ kind: fc.constant('control' as const) }),
  fc.record({
    kind: fc.constant('rejected' as const),
    reason: fc.constantFrom('unknown_source', 'wrong-time'),
  }),
);
const events = fc.array(event, { maxLength: 80 });

function tell(account: ContactAccount, happened: readonly Event[]): ContactAccount {
  for (const one of happened) {
    if (one.kind === 'good') account.takeNumbered(one.n, BYTES);
    else if (one.kind === 'corrupt') account.corrupt(one.n, BYTES);
    else if (one.kind === 'shed') account.shed(one.n, BYTES);
    else if ('reason' in one) account.reject(one.reason, BYTES);
    else account.takeControl(BYTES);
  }
  return account;
}
const accountOf = (happened: readonly Event[]): ContactAccount =>
  tell(ContactAccount.open('sequence'), happened);

function explained(account: ContactAccount, cause: NumberCause): number {
  return account
    .numbers(statement)
    .missingRanges.filter((range) => range.cause === cause)
    .reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

describe('the account of a contact', () => {
  it('explains every datagram and every number, whatever happens', () => {
    fc.assert(
      fc.property(events, fc.nat(10), (happened, kernelDropped) => {
        const account = accountOf(happened);
        account.dropInKernel(kernelDropped);
        const counts = account.counts();
        const numbers = account.numbers(statement);
        const rejected = Object.values(counts.rejected).reduce((sum, count) => sum + count, 0);

        expect(counts.received).toBe(happened.length);
        expect(counts.bytes).toBe(happened.length * BYTES);
        expect(counts.received).toBe(
          counts.good +
            counts.duplicates +
            counts.corrupt +
            counts.control +
            counts.shed +
            rejected,
        );
        expect(numbers.good + numbers.missing!).toBe(SENT);
        expect(account.isClosed(statement)).toBe(true);
      }),
    );
  });

  it('blames no cause for more than its counter allows', () => {
    fc.assert(
      fc.property(events, fc.nat(10), (happened, kernelDropped) => {
        const account = accountOf(happened);
        account.dropInKernel(kernelDropped);

        expect(explained(account, 'corrupt')).toBeLessThanOrEqual(account.counts().corrupt);
        expect(explained(account, 'shed')).toBeLessThanOrEqual(account.counts().shed);
        expect(explained(account, 'kernel')).toBeLessThanOrEqual(kernelDropped);
        expect(explained(account, 'restart')).toBe(0);
      }),
    );
  });

  it('names exactly the numbers that did not come, in order and without overlap', () => {
    fc.assert(
      fc.property(events, (happened) => {
        const came = new Set(happened.flatMap((one) => (one.kind === 'good' ? [one.n] : [])));
        const named = accountOf(happened)
          .numbers(statement)
          .missingRanges.flatMap(({ from, to }) =>
            Array.from({ length: to - from + 1 }, (_, at) => from + at),
          );

        const all = Array.from({ length: SENT }, (_, at) => at + 1);
        expect(named).toEqual(all.filter((n) => !came.has(n)));
      }),
    );
  });

  it('gives the same numbers for any order of arrival', () => {
    const shuffled = events.chain((happened) =>
      fc.tuple(
        fc.constant(happened),
        fc.shuffledSubarray(happened, { minLength: happened.length, maxLength: happened.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([happened, otherwise]) => {
        expect(accountOf(otherwise).numbers(statement)).toEqual(
          accountOf(happened).numbers(statement),
        );
      }),
    );
  });

  it('goes on from a snapshot and the archived numbers as if nothing had been', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const through = accountOf([...before, ...after]);
        const archived = new SequenceSet();
        for (const one of before) if (one.kind === 'good') archived.add(one.n);
        const snapshot = JSON.parse(JSON.stringify(accountOf(before).snapshot()));
        const resumed = tell(ContactAccount.restore(snapshot, archived), after);

        expect(resumed.counts()).toEqual(through.counts());
        expect(resumed.numbers(statement)).toEqual(through.numbers(statement));
      }),
    );
  });
});

describe('the causes of missing numbers', () => {
  it('are what damaged and shed datagrams claim, then restarts, then counters, then the way', () => {
    const account = accountOf([1, 2, 5].map((n) => ({ kind: 'good', n })));
    account.corrupt(3, BYTES);
    account.shed(4, BYTES);
    account.restart();
    account.takeNumbered(9, BYTES);
    account.dropInKernel(2);

    expect(account.numbers({ ...statement, lastSequence: 15 })).toEqual({
      expected: 15,
      good: 4,
      missing: 11,
      missingByCause: { corrupt: 1, shed: 1, restart: 3, kernel: 2, lost: 4 },
      missingRanges: [
        { from: 3, to: 3, cause: 'corrupt' },
        { from: 4, to: 4, cause: 'shed' },
        { from: 6, to: 8, cause: 'restart' },
        { from: 10, to: 11, cause: 'kernel' },
        { from: 12, to: 15, cause: 'lost' },
      ],
    });
  });

  it('are a restart up to the end where nothing came after it', () => {
    const account = accountOf([{ kind: 'good', n: 1 }]);
    account.restart();

    expect(account.numbers({ ...statement, lastSequence: 3 }).missingRanges).toEqual([
      { from: 2, to: 3, cause: 'restart' },
    ]);
  });
});

describe('an account', () => {
  it('stays open without the statement of the ship, and names the holes it can see', () => {
    const account = accountOf([1, 4].map((n) => ({ kind: 'good', n })));

    expect(account.isClosed(null)).toBe(false);
    expect(account.numbers(null)).toEqual({
      expected: null,
      good: 2,
      missing: null,
      missingRanges: [{ from: 2, to: 3, cause: 'lost' }],
      missingByCause: { ...NONE, lost: 2 },
    });
  });

  it('stays open when numbers came that the ship says it did not send', () => {
    const account = accountOf([1, 2, 9].map((n) => ({ kind: 'good', n })));

    expect(account.isClosed({ firstSequence: 1, lastSequence: 2, sent: 2 })).toBe(false);
  });

  it('closes over a ship that sent nothing', () => {
    const nothing = { firstSequence: 1, lastSequence: 0, sent: 0 };

    expect(accountOf([]).isClosed(nothing)).toBe(true);
    expect(accountOf([]).isComplete(nothing)).toBe(true);
    expect(accountOf([]).numbers(nothing).expected).toBe(0);
  });

  it('counts as late what comes after a higher number', () => {
    const account = accountOf([1, 3, 2, 5, 4, 4].map((n) => ({ kind: 'good', n })));

    expect(account.counts()).toMatchObject({ good: 5, late: 2, duplicates: 1 });
  });

  it('does not miss what a ship that counts anew never sent', () => {
    const account = accountOf([16_384, 16_386].map((n) => ({ kind: 'good', n })));
    account.skip(16_387, 20_000);
    account.skip(5, 4);
    for (const n of [20_001, 20_003]) account.takeNumbered(n, BYTES);
    const lost = [
      { from: 16_385, to: 16_385, cause: 'lost' },
      { from: 20_002, to: 20_002, cause: 'lost' },
    ];
    const snapshot = JSON.parse(JSON.stringify(account.snapshot()));
    const restored = ContactAccount.restore(
      snapshot,
      SequenceSet.of([16_384, 16_386, 20_001, 20_003].map((n) => [n, n])),
    );

    for (const one of [account, restored]) {
      expect(one.seen).toEqual([16_384, 20_003]);
      expect(one.numbers(null)).toMatchObject({ good: 4, missingRanges: lost });
      const stated = { firstSequence: 16_384, lastSequence: 20_003, sent: 6 };
      expect(one.numbers(stated)).toMatchObject({ expected: 6, good: 4, missing: 2 });
      expect(one.isClosed(stated)).toBe(true);
      expect(one.isComplete(stated)).toBe(false);
    }
  });

  it('counts a number that was thought never sent once it comes', () => {
    const account = accountOf([{ kind: 'good', n: 1 }]);
    account.skip(2, 9);
    for (const n of [10, 5]) account.takeNumbered(n, BYTES);

    expect(account.numbers({ firstSequence: 1, lastSequence: 10, sent: 3 })).toMatchObject({
      expected: 3,
      good: 3,
      missing: 0,
    });
  });

  it('remembers only so many beginnings of a count', () => {
    const account = accountOf([{ kind: 'good', n: 0 }]);
    for (let n = 1; n <= NEVER_SENT_RANGES_MAX + 2; n += 1) account.skip(2 * n, 2 * n);

    expect(account.snapshot().neverSent).toHaveLength(NEVER_SENT_RANGES_MAX);
    expect(accountOf([]).snapshot()).not.toHaveProperty('neverSent');
  });

  it('has no room for more holes than its limit, only for numbers that make none', () => {
    const account = ContactAccount.open('sequence', 2);
    for (const n of [2, 6]) account.takeNumbered(n, BYTES);

    const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(numbers.filter((n) => account.hasRoomFor(n))).toEqual([1, 2, 3, 5, 6, 7]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContactAccount, type ShipStatement } from './contact-account.js';
import type { ExplainedRange } from './missing-causes.js';
import type { SentUpTo } from './restart-windows.js';
import { SequenceSet } from './sequence-set.js';

const SENT = 60;
const BYTES = 39;
const statement: ShipStatement = { firstSequence: 1, lastSequence: SENT, sent: SENT };

const says = (lastSequence: number | null): SentUpTo => ({
  firstSequence: 1,
  lastSequence,
  sent: lastSequence,
});
const counts = (sent: number): SentUpTo => ({ firstSequence: 1, lastSequence: null, sent });

/** What happens behind a return: a good number, a damaged one, or the ship's answer. */
type Event = number | { readonly corrupt: number } | SentUpTo;

function tell(account: ContactAccount, events: readonly Event[]): ContactAccount {
  for (const event of events) {
    if (typeof event === 'number') account.takeNumbered(event, BYTES);
    else if ('corrupt' in event) account.corrupt(event.corrupt, BYTES);
    else account.awayUntil(event);
  }
  return account;
}

/** As a new process knows it: by the stored snapshot and what the archive holds. */
function killed(account: ContactAccount, good: readonly number[]): ContactAccount {
  const archived = SequenceSet.union(good.map((n) => [n, n]));
  const back = ContactAccount.restore(JSON.parse(JSON.stringify(account.snapshot())), archived);
  back.restart();
  return back;
}

/** Each list is what happens to one process; the next one goes on where it was killed. */
function accountOf(...lives: readonly (readonly Event[])[]): ContactAccount {
  const good: number[] = [];
  let account = ContactAccount.open('sequence');
  for (const [life, events] of lives.entries()) {
    if (life > 0) account = killed(account, good);
    tell(account, events);
    for (const event of events) if (typeof event === 'number') good.push(event);
  }
  return account;
}

const rangesOf = (...lives: readonly (readonly Event[])[]): readonly ExplainedRange[] =>
  accountOf(...lives).numbers(statement).missingRanges;

const restart = (from: number, to: number): ExplainedRange => ({ from, to, cause: 'restart' });
const lost = (from: number, to: number): ExplainedRange => ({ from, to, cause: 'lost' });

/** The numbers of a list may come in any order, and the answer between any two of them. */
const anyOrder = (events: readonly Event[]): fc.Arbitrary<Event[]> =>
  fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length });

const number = fc.integer({ min: 1, max: SENT });
const numbers = fc.uniqueArray(number, { maxLength: 30 });
const arrivals = fc.array(
  fc.oneof({ weight: 4, arbitrary: number }, fc.record({ corrupt: number })),
  { maxLength: 30 },
);

describe('the window of a restart', () => {
  it('lasts to the last number that the ship had sent, whatever comes back first', () => {
    const windows = [restart(4, 7), restart(9, 12), lost(14, 14), lost(17, SENT)];

    for (const back of [
      [8, 13, 15, 16],
      [16, 8, 13, 15],
    ]) {
      expect(rangesOf([1, 2, 3], [says(12), ...back])).toEqual(windows);
      expect(rangesOf([1, 2, 3], [...back, says(12)])).toEqual(windows);
    }
    expect(rangesOf([1, 2, 3], [says(12)])).toEqual([restart(4, 12), lost(13, SENT)]);
  });

  it('lasts to the first number that comes back where the ship does not say', () => {
    expect(rangesOf([1, 2], [5, 7])).toEqual([restart(3, 4), lost(6, 6), lost(8, SENT)]);
    expect(rangesOf([1, 2], [5, says(null), 7])).toEqual(rangesOf([1, 2], [5, 7]));
    expect(rangesOf([1, 2], [says(null)])).toEqual([restart(3, SENT)]);
  });

  it('lasts at least as long as the ship counts datagrams that left', () => {
    expect(rangesOf([1, 2], [5, counts(8), 11])).toEqual([
      restart(3, 4),
      restart(6, 8),
      lost(9, 10),
      lost(12, SENT),
    ]);
    expect(rangesOf([1, 2], [11, counts(8)])).toEqual([restart(3, 10), lost(12, SENT)]);
    expect(rangesOf([1, 2], [counts(8)])).toEqual([restart(3, SENT)]);
  });

  it('begins behind the highest number that was stored: what was under way below it is lost', () => {
    expect(rangesOf([1, 2, 6], [says(8), 4])).toEqual([
      lost(3, 3),
      lost(5, 5),
      restart(7, 8),
      lost(9, SENT),
    ]);
  });

  it('believes no ship that names less than came from it', () => {
    expect(rangesOf([1, 2, 6], [says(4), 9])).toEqual(rangesOf([1, 2, 6], [9]));
    expect(rangesOf([1, 2, 6], [says(6), 9])).toEqual([lost(3, 5), lost(7, 8), lost(10, SENT)]);
  });

  it('leaves to a damaged datagram what it names', () => {
    expect(rangesOf([1], [says(5), { corrupt: 3 }])).toEqual([
      restart(2, 2),
      { from: 3, to: 3, cause: 'corrupt' },
      restart(4, 5),
      lost(6, SENT),
    ]);
  });

  it('is the same for any order of what comes back and of the answer', () => {
    const cases = fc
      .tuple(numbers, arrivals, fc.integer({ min: 0, max: SENT }))
      .chain(([before, after, last]) => {
        const told = says(Math.max(last, ...before));
        return fc.tuple(fc.constant(before), anyOrder([...after, told]), fc.constant(told));
      });
    fc.assert(
      fc.property(cases, ([before, after, told]) => {
        const account = accountOf(before, after);
        const part = account.numbers(statement);
        const came = new Set([...before, ...after]);
        const claimed = new Set(
          after.map((one) => (typeof one === 'object' && 'corrupt' in one ? one.corrupt : 0)),
        );
        const isAway = (n: number): boolean =>
          n > Math.max(0, ...before) && n <= told.lastSequence!;
        const causeOf = (n: number): string =>
          claimed.has(n) ? 'corrupt' : isAway(n) ? 'restart' : 'lost';
        const all = Array.from({ length: SENT }, (_, at) => at + 1);
        const expected = all.filter((n) => !came.has(n)).map((n) => `${n} ${causeOf(n)}`);

        expect(namesOf(part.missingRanges)).toEqual(expected);
        expect(part.good + part.missing!).toBe(SENT);
        expect(account.isClosed(statement)).toBe(true);
      }),
    );
  });

  it('is the same wherever the answer of a ship that says less comes between the numbers', () => {
    const answer = fc.oneof(fc.integer({ min: 0, max: SENT }).map(counts), fc.constant(says(null)));
    fc.assert(
      fc.property(numbers, numbers, answer, fc.nat(30), (before, after, told, at) => {
        const between = [...after.slice(0, at), told, ...after.slice(at)];

        expect(rangesOf(before, between)).toEqual(rangesOf(before, [told, ...after]));
        expect(accountOf(before, between).isClosed(statement)).toBe(true);
      }),
    );
  });
});

describe('the windows of several restarts', () => {
  it('stand side by side, and may overlap', () => {
    expect(rangesOf([1, 2], [says(5), 7, 9], [12, says(14)])).toEqual([
      restart(3, 5),
      lost(6, 6),
      lost(8, 8),
      restart(10, 11),
      restart(13, 14),
      lost(15, SENT),
    ]);
    expect(rangesOf([1], [says(10), 4], [says(12), 6, 13])).toEqual([
      restart(2, 3),
      restart(5, 5),
      restart(7, 12),
      lost(14, SENT),
    ]);
    expect(accountOf([1], [says(10), 4], [says(12), 6, 13]).snapshot().restarts).toEqual([[2, 12]]);
  });

  it('last until the receiver was back for good where nothing came between two kills', () => {
    for (const first of [[], [says(null)], [says(5)], [counts(5)]])
      expect(rangesOf([1, 2], first, [says(9), 12])).toEqual([
        restart(3, 9),
        lost(10, 11),
        lost(13, SENT),
      ]);
  });

  it('are what each return has told, over any number of kills', () => {
    const life = fc.tuple(numbers, fc.integer({ min: 0, max: SENT }));
    fc.assert(
      fc.property(numbers, fc.array(life, { maxLength: 4 }), (before, returns) => {
        const came = new Set(before);
        const away = new Set<number>();
        const lives: Event[][] = [before];
        for (const [after, last] of returns) {
          const highest = Math.max(0, ...came);
          const upTo = Math.max(highest, last);
          for (let n = highest + 1; n <= upTo; n += 1) away.add(n);
          for (const n of after) came.add(n);
          lives.push([...after, says(upTo)]);
        }
        const all = Array.from({ length: SENT }, (_, at) => at + 1);
        const expected = all
          .filter((n) => !came.has(n))
          .map((n) => `${n} ${away.has(n) ? 'restart' : 'lost'}`);

        expect(namesOf(rangesOf(...lives))).toEqual(expected);
        expect(accountOf(...lives).isClosed(statement)).toBe(true);
      }),
    );
  });

  it('go on from snapshots of before ships were asked', () => {
    const { restarts, restartedFrom, ...rest } = accountOf([1, 2, 5, 9]).snapshot();
    const older = { ...rest, restarts: [[3, 4]] as const, restartedFrom: 10 };
    const good = SequenceSet.of([1, 2, 5, 9].map((n) => [n, n]));
    const account = ContactAccount.restore(older, good);

    expect([restarts, restartedFrom]).toEqual([[], null]);
    expect(account.snapshot()).toEqual(older);
    expect(account.numbers(statement).missingRanges).toEqual([
      restart(3, 4),
      lost(6, 8),
      restart(10, SENT),
    ]);
    account.restart();
    tell(account, [14, says(12)]);
    expect(account.numbers(statement).missingRanges.slice(2)).toEqual([
      restart(10, 12),
      lost(13, 13),
      lost(15, SENT),
    ]);
  });
});

/** One line per number. */
const namesOf = (ranges: readonly ExplainedRange[]): string[] =>
  ranges.flatMap(({ from, to, cause }) =>
    Array.from({ length: to - from + 1 }, (_, at) => `${from + at} ${cause}`),
  );

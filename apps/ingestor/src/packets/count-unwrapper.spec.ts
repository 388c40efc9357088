import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountUnwrapper, type UnwrappedCount } from './count-unwrapper.js';
import { type Arrival, arrivalsOf, link, type SentPacket } from './testing/lossy-link.js';

const WRAP = 16_384;

const take = (unwrapper: CountUnwrapper, { number, atMs }: Arrival): UnwrappedCount =>
  unwrapper.take(number % WRAP, atMs);

/** Numbers in a row, one each `everyMs`. */
const run = (from: number, count: number, fromMs: number, everyMs: number): SentPacket[] =>
  Array.from({ length: count }, (_, at) => ({ number: from + at, atMs: fromMs + at * everyMs }));

/** An unwrapper that has seen so many, and the number and the time of the next. */
function measuredAt(everyMs: number, count = 100) {
  const unwrapper = new CountUnwrapper();
  for (const sent of run(0, count, 0, everyMs)) take(unwrapper, sent);
  return { unwrapper, nextMs: count * everyMs, highest: WRAP + count - 1 };
}

describe('a count of 14 bits', () => {
  it('is told apart by its distance from the highest, as the half that it is in says', () => {
    fc.assert(
      fc.property(fc.nat(WRAP - 1), fc.nat(WRAP - 1), (first, ahead) => {
        const unwrapper = new CountUnwrapper();
        const { sequence } = unwrapper.take(first, 0);
        fc.pre(ahead < 8_192 || ahead >= WRAP - 1_024);

        const next = unwrapper.take((first + ahead) % WRAP, 1);
        expect(next.sequence - sequence).toBe(ahead < 8_192 ? ahead : ahead - WRAP);
        const kind = ahead === 0 ? 'repeated' : ahead === 1 ? 'next' : 'gap';
        expect(next.kind).toBe(ahead < 8_192 ? kind : 'late');
        expect(next.skipped).toBe(kind === 'gap' && ahead < 8_192 ? ahead - 1 : 0);
      }),
    );
  });

  it('is extended rightly through loss, disorder, duplicates and silences at a measured rate', () => {
    fc.assert(
      fc.property(link, (plan) => {
        const arrivals = arrivalsOf(plan);
        const unwrapper = new CountUnwrapper();
        const wrong: unknown[] = [];
        let highest = arrivals[0]!.number;
        const shift = take(unwrapper, arrivals[0]!).sequence - highest;
        for (const arrival of arrivals.slice(1)) {
          // It cannot know that from a ship that was silent.
          const steps = arrival.number - highest;
          fc.pre(steps === 1 || steps % WRAP !== 1);
          const { sequence } = take(unwrapper, arrival);
          highest = Math.max(highest, arrival.number);
          if (sequence !== arrival.number + shift) wrong.push({ arrival, sequence });
        }
        expect(wrong).toEqual([]);
        expect(unwrapper.state?.highest.sequence).toBe(highest + shift);
      }),
      { numRuns: 100 },
    );
  });

  it('is extended the same by another process that got the state as JSON', () => {
    fc.assert(
      fc.property(link, (plan) => {
        const arrivals = arrivalsOf(plan).slice(0, 500);
        const steady = new CountUnwrapper();
        let handed = new CountUnwrapper();
        const steadily: UnwrappedCount[] = [];
        const inTurns: UnwrappedCount[] = [];
        for (const arrival of arrivals) {
          steadily.push(take(steady, arrival));
          handed = new CountUnwrapper(JSON.parse(JSON.stringify(handed.state)));
          inTurns.push(take(handed, arrival));
        }
        expect(inTurns).toEqual(steadily);
        expect(handed.state).toEqual(steady.state);
      }),
      { numRuns: 20 },
    );
  });

  it('goes on after any history, whatever the counts and the clock', () => {
    const arrival = fc.record({
      number: fc.nat(WRAP - 1),
      atMs: fc.integer({ min: -1e15, max: 1e15 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 100 }), (arrivals) => {
        const unwrapper = new CountUnwrapper();
        for (const each of arrivals) {
          const { sequence } = take(unwrapper, each);
          expect(Number.isSafeInteger(sequence)).toBe(true);
          expect(((sequence % WRAP) + WRAP) % WRAP).toBe(each.number);
        }
      }),
    );
  });
});

describe('a long silence', () => {
  it.each([20_000, 50_000, 100_000])('of %d packets hides no wrap of a known rate', (lost) => {
    const { unwrapper, nextMs, highest } = measuredAt(1_000);
    const number = 100 + lost;

    const after = take(unwrapper, { number, atMs: nextMs + lost * 1_000 });
    expect(after.sequence).toBe(WRAP + number);
    expect(after.skipped).toBe(WRAP + number - highest - 1);
  });

  it('is certain as long as the error of a rate cannot hide a wrap', () => {
    const after = (lost: number): boolean => {
      const { unwrapper, nextMs } = measuredAt(1_000);
      return take(unwrapper, { number: 100 + lost, atMs: nextMs + lost * 1_000 }).isCertain;
    };
    expect(after(50_000)).toBe(true);
    expect(after(200_000)).toBe(false);
  });

  it('is taken for a pause when the very next count follows', () => {
    const { unwrapper, nextMs, highest } = measuredAt(1_000);

    const after = take(unwrapper, { number: 100, atMs: nextMs + 86_400_000 });
    expect(after).toEqual({ kind: 'next', sequence: highest + 1, skipped: 0, isCertain: false });
  });

  it('is not judged, and said to be uncertain, while the rate is not known', () => {
    const unwrapper = new CountUnwrapper();
    unwrapper.take(5, 0);

    expect(unwrapper.take(9, 3_600_000)).toMatchObject({ sequence: WRAP + 9, isCertain: false });
  });
});

describe('a ship that counts anew', () => {
  it('is noticed at once where neither delay nor loss explains the count', () => {
    // Faster, and half a wrap is within the delay: then nobody can tell.
    const everyMs = fc.integer({ min: 8, max: 2_000 });
    fc.assert(
      fc.property(everyMs, fc.nat(WRAP - 1), fc.boolean(), (every, somewhere, isPaused) => {
        const count = 100 + Math.ceil(3_000 / every);
        const { unwrapper, nextMs, highest } = measuredAt(every, count);
        const atMs = nextMs + (isPaused ? 20 * every : 0);
        const inDelay = Math.max(30_000 / every, 64) * 1.5 + 200;
        const ahead = Math.ceil(inDelay) + (somewhere % (WRAP - 2 * Math.ceil(inDelay)));

        const [first, ...rest] = run(count - 1 + ahead, 50, atMs, every);
        expect(take(unwrapper, first!)).toEqual({
          kind: 'reset',
          sequence: highest + ahead,
          skipped: ahead - 1,
          isCertain: false,
        });
        for (const sent of rest) expect(take(unwrapper, sent).kind).toBe('next');
      }),
    );
  });

  it('is noticed after a run where the first ones look late', () => {
    const { unwrapper, nextMs } = measuredAt(1_000, 20);

    const kinds = run(0, 30, nextMs, 1_000).map((sent) => take(unwrapper, sent).kind);
    expect(kinds.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => 'late'));
    expect(kinds[7]).toBe('reset');
    expect(new Set(kinds.slice(8))).toEqual(new Set(['next']));
  });

  it('is not suspected when late packets come in a burst', () => {
    const { unwrapper, nextMs, highest } = measuredAt(10, 1_000);

    for (const sent of run(500, 200, nextMs, 1)) expect(take(unwrapper, sent).kind).toBe('late');
    const next = take(unwrapper, { number: 1_000, atMs: nextMs + 300 });
    expect(next).toMatchObject({ kind: 'next', sequence: highest + 1 });
  });
});

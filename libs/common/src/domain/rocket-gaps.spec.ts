import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GapPosition,
  type GapStep,
  lastGap,
  type RocketGap,
  walkGaps,
} from './rocket-gaps.js';

interface Arrival {
  readonly number: number;
  readonly receivedAt: number;
}

/** Replays the arrivals one by one and notes for each number when it was first missed. */
function oracle(arrivals: readonly Arrival[]) {
  const missedSince = new Map<number, number>();
  const taken = new Set<number>();
  const closed: RocketGap[] = [];
  for (const { number, receivedAt } of arrivals) {
    const missingSince = missedSince.get(number);
    if (missingSince !== undefined && missingSince < receivedAt)
      closed.push({ from: number, to: number, missingSince, closedAt: receivedAt });
    missedSince.delete(number);
    taken.add(number);
    for (let lower = 1; lower < number; lower += 1)
      if (!taken.has(lower) && !missedSince.has(lower)) missedSince.set(lower, receivedAt);
  }
  return {
    closed: closed.toSorted((a, b) => b.from - a.from),
    open: [...missedSince].toSorted(([a], [b]) => b - a),
  };
}

const START: GapPosition = { before: Number.POSITIVE_INFINITY, since: null };

function lowWaterOf(arrivals: readonly Arrival[]): number {
  const numbers = new Set(arrivals.map(({ number }) => number));
  let lowWater = 0;
  while (numbers.has(lowWater + 1)) lowWater += 1;
  return lowWater;
}

/** Reads so many arrivals at a time, and goes on with what a client would hand back. */
function gapsOf(arrivals: readonly Arrival[], readCount: number, keepCount: number): RocketGap[] {
  const descending = arrivals.toSorted((a, b) => b.number - a.number);
  const gaps: RocketGap[] = [];
  let position = START;
  for (;;) {
    const { before } = position;
    const read = descending.filter(({ number }) => number < before).slice(0, readCount);
    const walk =
      read.length === 0 ? lastGap(position, lowWaterOf(arrivals)) : walkGaps(read, position);
    const steps: GapStep[] = [];
    let step = walk.next();
    while (step.done !== true && steps.length < keepCount) {
      steps.push(step.value);
      step = walk.next();
    }
    gaps.push(...steps.map(({ gap }) => gap));
    if (step.done !== true) position = steps.at(-1)?.position ?? position;
    else if (step.value === undefined) return gaps;
    else position = step.value;
  }
}

/** Instants grow, but two nodes may take a message at the same one. */
const arrivals = fc
  .uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 40 })
  .chain((numbers) =>
    fc.tuple(...numbers.map((number) => fc.tuple(fc.constant(number), fc.nat({ max: 2 })))),
  )
  .map((pairs) => {
    let receivedAt = 1_000;
    return pairs.map(([number, later]) => ({ number, receivedAt: (receivedAt += later) }));
  });

describe('the gaps of a rocket', () => {
  it('are what a replay of the arrivals finds, in pages of any size', () => {
    const sizes = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(arrivals, sizes, sizes, (all, readCount, keepCount) => {
        const gaps = gapsOf(all, readCount, keepCount);
        const expected = oracle(all);
        const isOpen = ({ closedAt }: RocketGap) => closedAt === null;
        const open = gaps
          .filter(isOpen)
          .flatMap(({ from, to, missingSince }) =>
            Array.from({ length: to - from + 1 }, (_, nr) => [to - nr, missingSince]),
          );

        expect(gaps.filter((gap) => !isOpen(gap))).toEqual(expected.closed);
        expect(open).toEqual(expected.open);
        expect(gaps.map(({ from }) => from)).toEqual(
          gaps.map(({ from }) => from).toSorted((a, b) => b - a),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('are whole stretches between taken numbers while they are open', () => {
    const came = (number: number, receivedAt: number) => ({ number, receivedAt });
    const all = [came(2, 10), came(9, 20), came(5, 30), came(1, 40)];

    expect(gapsOf(all, 10, 10)).toEqual([
      { from: 6, to: 8, missingSince: 20, closedAt: null },
      { from: 5, to: 5, missingSince: 20, closedAt: 30 },
      { from: 3, to: 4, missingSince: 20, closedAt: null },
      { from: 1, to: 1, missingSince: 10, closedAt: 40 },
    ]);
  });

  it('end where the history begins: what is forgotten was taken', () => {
    const walk = lastGap({ before: 5, since: 10 }, 4);

    expect([...walk]).toEqual([]);
    expect([...lastGap({ before: 5, since: 10 }, 7)]).toEqual([]);
    expect([...lastGap({ before: 5, since: null }, 0)]).toEqual([]);
  });
});

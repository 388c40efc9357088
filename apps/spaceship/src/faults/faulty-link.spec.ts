import { describe, expect, it } from 'vitest';
import type { StreamFaultsDto } from '#common/contracts';
import { faultProfileOf } from './fault-profile.js';
import { FaultyLink } from './faulty-link.js';
import type { Passage } from './passage.js';

const PERIOD_MS = 100;

interface Passed {
  readonly passages: readonly Passage[];
  /** Numbers, in the order in which they left. */
  readonly order: readonly number[];
}

function pass(asked: StreamFaultsDto, count: number, heldMax?: number, seed = 7): Passed {
  const link = new FaultyLink(seed, faultProfileOf(asked), PERIOD_MS, heldMax);
  const passages: Passage[] = [];
  const order: number[] = [];
  const leave = (untilMs: number): void => {
    while (link.nextLeavesAtMs <= untilMs) order.push(link.takeFirst()?.number ?? 0);
  };
  for (let number = 1; number <= count; number++) {
    leave(link.nextMadeAtMs);
    passages.push(link.enter());
  }
  leave(Number.MAX_VALUE);
  return { passages, order };
}

const lostIn = ({ passages }: Passed): number[] =>
  passages.filter(({ departures }) => departures.length === 0).map(({ number }) => number);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('a faulty link', () => {
  it('does nothing where nothing is asked for', () => {
    const { passages, order } = pass({}, 50);

    expect(order).toEqual(upTo(50));
    for (const { departures, ...passage } of passages) {
      expect(passage).toMatchObject({ isDelayed: false, isReordered: false, isRecorded: false });
      expect(departures.map(({ damage, leavesAtMs }) => [damage, leavesAtMs])).toEqual([
        [null, (passage.number - 1) * PERIOD_MS],
      ]);
    }
  });

  it('loses, repeats and damages all at 1', () => {
    expect(pass({ loss: 1 }, 20).order).toEqual([]);
    expect(pass({ duplicate: 1 }, 20).order).toEqual(upTo(20).flatMap((n) => [n, n]));
    const { passages } = pass({ corrupt: 1, duplicate: 1 }, 20);
    const damages = passages.flatMap(({ departures }) => departures.map(({ damage }) => damage));
    expect(damages).not.toContain(null);
    expect(new Set(damages).size).toBe(40);
  });

  it('loses about as many as asked for', () => {
    expect(lostIn(pass({ loss: 0.1 }, 20_000)).length / 20_000).toBeCloseTo(0.1, 1);
  });

  it('loses bursts as a whole', () => {
    const lost = new Set(lostIn(pass({ burst: { probability: 0.02, length: 7 } }, 5_000)));
    const runs: number[] = [];
    for (let number = 1, run = 0; number <= 5_000; number++) {
      run = lost.has(number) ? run + 1 : 0;
      if (run > 0 && !lost.has(number + 1)) runs.push(run);
    }

    expect(runs.length).toBeGreaterThan(20);
    // Where a burst follows on another at once they are one run.
    expect(runs.slice(0, -1).filter((run) => run % 7 !== 0)).toEqual([]);
  });

  it('holds back behind one to as many later ones as the depth says', () => {
    const { passages, order } = pass({ reorder: { probability: 0.05, depth: 4 } }, 2_000);
    const heldBack = passages.filter(({ isReordered }) => isReordered).map(({ number }) => number);
    const passedBy = heldBack.map((number) => {
      const place = order.indexOf(number);
      return order.slice(0, place).filter((other) => other > number).length;
    });

    expect(heldBack.length).toBeGreaterThan(50);
    // None of those that pass it may be held back itself, but then a later one has gone in its stead.
    expect(Math.min(...passedBy)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...passedBy)).toBe(4);
    expect(order.toSorted((a, b) => a - b)).toEqual(upTo(2_000));
  });

  it('delays within the limits', () => {
    const { passages } = pass({ delay_ms: [20, 80] }, 500);
    const delays = passages.flatMap(({ number, departures }) =>
      departures.map(({ leavesAtMs }) => leavesAtMs - (number - 1) * PERIOD_MS),
    );

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...delays)).toBeLessThanOrEqual(80);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(40);
  });

  it('records in a blackout and sends that in order at its end', () => {
    // Two that touch are one: from the 11th number (1 s) to before the 31st (3 s).
    const { passages, order } = pass(
      {
        blackouts: [
          [2, 3],
          [1, 2],
        ],
        reorder: { probability: 0.5, depth: 5 },
      },
      100,
    );
    const recorded = passages.filter(({ isRecorded }) => isRecorded);
    const numbers = recorded.map(({ number }) => number);

    expect(numbers).toEqual(expect.arrayContaining(upTo(25).slice(10)));
    for (const { departures } of recorded) expect(departures[0]?.leavesAtMs).toBe(3_000);
    const start = order.indexOf(numbers[0]!);
    expect(order.slice(start, start + numbers.length)).toEqual(numbers);
    for (const { departures } of passages)
      for (const { leavesAtMs } of departures)
        expect(leavesAtMs < 1_000 || leavesAtMs >= 3_000).toBe(true);
  });

  it('has room for so many, and drops what comes then', () => {
    const full = pass({ blackouts: [[0, 5]] }, 100, 20);

    expect(lostIn(full)).toEqual(upTo(50).slice(20));
    expect(full.order).toEqual([...upTo(20), ...upTo(100).slice(50)]);
    expect(full.passages[20]).toMatchObject({ droppedCount: 1, departures: [] });
  });

  it('decides on one fault as if the others were not there', () => {
    const only = lostIn(pass({ loss: 0.1 }, 1_000));
    const among = { loss: 0.1, duplicate: 0.5, corrupt: 0.5, delay_ms: [1, 500] } as const;

    expect(lostIn(pass(among, 1_000))).toEqual(only);
    expect(lostIn(pass({ loss: 0.1 }, 1_000, undefined, 8))).not.toEqual(only);
  });
});

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  FIRST_CHECKPOINT,
  foldMessages,
  HISTORY_PAGE_NUMBERS,
  type RocketArrival,
  UNKNOWN_ROCKET,
} from '#common/domain';
import type { RocketStoreUnderTest } from './rocket-store.contract.js';
import type { ArrivalPosition, HistoryQuery, RocketStore } from './rocket-store.port.js';
import { faster, LAUNCH, message } from './testing/arrivals.js';

const numbersOf = (arrivals: readonly RocketArrival[]): number[] =>
  arrivals.map(({ number }) => number);

/** What every `RocketStore` must know of the messages that it took. */
export function describeRocketHistory(make: () => Promise<RocketStoreUnderTest>): void {
  describe('the history in a RocketStore', () => {
    let store: RocketStore;

    beforeEach(async () => {
      ({ store } = await make());
    });

    const takeAll = (arrivals: readonly RocketArrival[]) =>
      Promise.all(arrivals.map((arrival) => store.take(arrival)));

    const find = async (query: HistoryQuery, channel = 'a'): Promise<number[]> =>
      numbersOf(await store.history(channel, query));

    it('has each message as it came, its repetitions not', async () => {
      const arrivals = [
        message('a', 2, { type: 'RocketMissionChanged', newMission: 'é"\\\n\u{1F680}' }),
        message('a', 1, LAUNCH, '2022-02-02T19:39:05.123456789+01:00'),
        message('a', 4, { type: 'RocketExploded', reason: 'X' }),
        message('a', 3, { type: 'RocketSpeedDecreased', by: -Number.MAX_SAFE_INTEGER }),
      ];
      for (const arrival of arrivals) await store.take(arrival);
      await store.take(faster('a', 4, 7));
      await store.take(faster('b', 9));

      const all = await store.history('a', { by: 'arrival', after: null, limit: 10 });
      expect(all).toEqual(arrivals);
      expect(await store.history('nobody', { by: 'number', after: 0, limit: 10 })).toEqual([]);
    });

    it('can be read by number in both directions, and by arrival, page by page', async () => {
      let run = 0;
      const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
      await fc.assert(
        fc.asyncProperty(numbers, fc.integer({ min: 1, max: 7 }), async (order, limit) => {
          run += 1;
          const channel = `run ${run}`;
          await takeAll(order.map((number) => faster(channel, number)));
          const sorted = order.toSorted((a, b) => a - b);

          expect(await readUp(channel, limit)).toEqual(sorted);
          expect(await readDown(channel, limit)).toEqual(sorted.toReversed());
          expect(await readArrivals(channel, limit)).toEqual(order);
        }),
        { numRuns: 30 },
      );
    });

    async function readUp(channel: string, limit: number): Promise<number[]> {
      const read: number[] = [];
      for (;;) {
        const page = await find({ by: 'number', after: read.at(-1) ?? 0, limit }, channel);
        read.push(...page);
        if (page.length < limit) return read;
      }
    }

    async function readDown(channel: string, limit: number): Promise<number[]> {
      const read: number[] = [];
      for (;;) {
        const before = read.at(-1) ?? Number.MAX_SAFE_INTEGER;
        const page = await find({ by: 'number-descending', before, limit }, channel);
        read.push(...page);
        if (page.length < limit) return read;
      }
    }

    async function readArrivals(channel: string, limit: number): Promise<number[]> {
      const read: number[] = [];
      let after: ArrivalPosition | null = null;
      for (;;) {
        const page: RocketArrival[] = await store.history(channel, { by: 'arrival', after, limit });
        read.push(...numbersOf(page));
        after = page.at(-1) ?? null;
        if (page.length < limit) return read;
      }
    }

    it('reaches to the largest number', async () => {
      const largest = Number.MAX_SAFE_INTEGER;
      await takeAll([faster('a', largest), faster('a', 1), faster('a', largest - 1)]);

      expect(await find({ by: 'number', after: 1, limit: 9 })).toEqual([largest - 1, largest]);
      expect(await find({ by: 'number-descending', before: largest, limit: 9 })).toEqual([
        largest - 1,
        1,
      ]);
      expect(await find({ by: 'number', after: largest, limit: 9 })).toEqual([]);
    });

    it('tells when the mark passes the end of a page, whatever closes the gap', async () => {
      const ends = async (arrival: RocketArrival) => (await store.take(arrival)).endsPage;
      const page = Array.from({ length: HISTORY_PAGE_NUMBERS }, (_, nr) => nr + 1);
      const results = await takeAll(page.slice(1).map((number) => faster('a', number)));

      expect(results.some(({ endsPage }) => endsPage)).toBe(false);
      expect(await ends(faster('a', 1))).toBe(true);
      expect(await ends(faster('a', 1))).toBe(false);
      expect(await ends(faster('a', HISTORY_PAGE_NUMBERS + 1))).toBe(false);
    });

    it('keeps checkpoints and finds the nearest', async () => {
      expect(await store.checkpoint('a', 5)).toEqual(FIRST_CHECKPOINT);
      const arrivals = Array.from({ length: 2 * HISTORY_PAGE_NUMBERS + 5 }, (_, nr) =>
        nr === 0 ? message('a', 1, LAUNCH) : faster('a', nr + 1, nr),
      );
      await takeAll(arrivals);
      const at = (through: number) => ({
        through,
        rocket: foldMessages(UNKNOWN_ROCKET, arrivals.slice(0, through)),
      });
      const [first, second] = [at(HISTORY_PAGE_NUMBERS), at(2 * HISTORY_PAGE_NUMBERS)];
      await store.keepCheckpoint('a', first);
      await store.keepCheckpoint('a', second);
      await store.keepCheckpoint('a', first);

      expect(await store.checkpoint('a', first.through - 1)).toEqual(FIRST_CHECKPOINT);
      expect(await store.checkpoint('a', first.through)).toEqual(first);
      expect(await store.checkpoint('a', second.through - 1)).toEqual(first);
      expect(await store.checkpoint('a', Number.MAX_SAFE_INTEGER)).toEqual(second);
      expect(await store.checkpoint('b', second.through)).toEqual(FIRST_CHECKPOINT);
    });
  });
}

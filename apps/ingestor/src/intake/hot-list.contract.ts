import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeBatteryText } from '#common/contracts';
import type { HotList } from './hot-list.port.js';

/** What every `HotList` must do, with room for 300 readings of each of 3 ships. */
export function describeHotList(
  make: (listMax: number, shipsMax: number) => HotList | Promise<HotList>,
): void {
  describe('a HotList', () => {
    let hot: HotList;

    beforeEach(async () => {
      hot = await make(300, 3);
    });

    const AT = 1_000_000;
    const textOf = (volts: number): string => encodeBatteryText({ generatedAt: AT, volts });

    it('keeps the text as received, and makes one where there was none', async () => {
      hot.push('USS Enterprise', AT, 5, '{ "as": "received" }');
      hot.push('USS Enterprise', AT, 6, null);

      expect(await hot.last('USS Enterprise', 10)).toEqual(['{ "as": "received" }', textOf(6)]);
    });

    it.each([1, 255, 256, 257, 300, 301, 1_000])('keeps the newest of %i', async (count) => {
      for (let volts = 1; volts <= count; volts += 1)
        hot.push('Voyager', AT, volts, volts % 2 === 0 ? String(volts) : null);
      const last = await hot.last('Voyager', 2);

      expect(await hot.length('Voyager')).toBe(Math.min(count, 300));
      const text = (n: number): string => (n % 2 === 0 ? String(n) : textOf(n));
      expect(last).toEqual(count === 1 ? [text(1)] : [text(count - 1), text(count)]);
    });

    it('takes several at once as it takes them one by one', async () => {
      const numbers = fc.integer({ min: 0, max: 60 });
      // A text takes the long way: with many of them the short one would never come round.
      const isText = fc.integer({ min: 0, max: 19 }).map((one) => one === 0);
      const step = fc.tuple(numbers, isText);
      let ship = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          ship += 1;
          const [one, all] = [`one by one ${ship}`, `at once ${ship}`];
          let volts = 0;
          for (const [count, hasText] of steps) {
            const some = Float32Array.from({ length: 64 }, (_, nr) => volts + nr);
            volts += count;
            if (hasText) for (const name of [one, all]) hot.push(name, AT, 0, `text ${volts}`);
            some.subarray(0, count).forEach((value) => hot.push(one, AT, value, null));
            hot.pushAll(all, AT, some, count);
          }
          expect(await hot.last(all, 300)).toEqual(await hot.last(one, 300));
        }),
        { numRuns: 50 },
      );
    });

    it.each([
      [40, 60],
      [7, 50],
      [1, 301],
      [300, 1],
    ])('keeps the newest of %i times %i at once', async (times, count) => {
      let volts = 0;
      for (let nr = 0; nr < times; nr += 1) {
        hot.pushAll(
          'Voyager',
          AT,
          Float32Array.from({ length: count }, () => (volts += 1)),
          count,
        );
        expect(await hot.last('Voyager', 1)).toEqual([textOf(volts)]);
      }
      const kept = Math.min(300, times * count);
      expect(await hot.last('Voyager', 1_000)).toEqual(
        Array.from({ length: kept }, (_, nr) => textOf(volts - kept + 1 + nr)),
      );
    });

    it('keeps apart ships whose names differ in anything', async () => {
      for (const ship of ['USS Enterprise', 'uss enterprise', 'USS:Enterprise*'])
        hot.push(ship, AT, 1, ship);

      expect(await hot.last('USS Enterprise', 5)).toEqual(['USS Enterprise']);
      expect(await hot.last('USS:Enterprise*', 5)).toEqual(['USS:Enterprise*']);
      expect(await hot.last('USS:Enterprise?', 5)).toEqual([]);
      expect(await hot.last('USS Enterprise', 0)).toEqual([]);
    });

    it('is well while it can keep what it is given', async () => {
      hot.push('Voyager', AT, 1, null);
      await hot.length('Voyager');

      expect(hot.health()).toMatchObject({ status: 'up' });
    });

    it('forgets the ship that was silent longest', async () => {
      for (const ship of ['A', 'B', 'C', 'A', 'D']) hot.push(ship, AT, 1, null);

      expect(await hot.length('A')).toBe(2);
      expect(await hot.length('B')).toBe(0);
      expect(await hot.last('B', 5)).toEqual([]);
    });
  });
}

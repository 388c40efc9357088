import { beforeEach, describe, expect, it } from 'vitest';
import type { Instant } from '#common/domain';
import type { Reception } from '../receptions/reception.js';
import { LEVEL_STEPS } from './level-steps.js';
import type { Level, Levels } from './telemetry-archive.port.js';
import {
  ArchiveHands,
  type ArchiveUnderTest,
  type GivenLevel,
  START,
} from './testing/archive-under-test.js';
import { batchOf } from './testing/batches.js';

const [MINUTE, HOUR] = LEVEL_STEPS as [number, number];

/** The part of the contract that is about minima and maxima. */
export function describeArchiveLevels(make: () => Promise<ArchiveUnderTest>): void {
  describe('asked for levels', () => {
    let hands: ArchiveHands;
    let reception: Reception;

    beforeEach(async () => {
      hands = new ArchiveHands(await make());
      reception = await hands.begin('USS Enterprise');
    });

    const minute = (at: number): Instant => START + at * MINUTE;
    const levelAt = (start: Instant, step = MINUTE, value = start / MINUTE): GivenLevel => ({
      battery: 1,
      field: 'volts',
      step,
      start,
      count: 2,
      min: -value,
      minAt: start + 1,
      max: value,
      maxAt: start + 2,
    });
    const bare = ({ start, count, min, minAt, max, maxAt }: Level): Level => ({
      start,
      count,
      min,
      minAt,
      max,
      maxAt,
    });
    const ask = (step: number, start: Instant, end: Instant): Promise<Levels> =>
      hands.under.archive.levels(reception.shipId, {
        battery: 1,
        field: 'volts',
        step,
        start,
        end,
      });

    it('gives those of the stretches, and names the minutes that have none', async () => {
      const given = [minute(0), minute(1), minute(3)].map((start) => levelAt(start));
      await hands.under.putLevels(reception.shipId, [
        ...given,
        { ...levelAt(minute(2)), battery: 2 },
        { ...levelAt(minute(2)), field: 'amperes' },
        levelAt(START, HOUR),
      ]);
      expect(await ask(MINUTE, minute(0), minute(3))).toEqual({
        levels: given.slice(0, 2).map(bare),
        unlevelled: [],
      });

      const times = [minute(1) + 5, minute(4)];
      await hands.under.archive.store(
        batchOf(reception, ...times.map((generatedAt, at) => ({ sequence: at + 1, generatedAt }))),
      );
      expect(await ask(MINUTE, minute(0), minute(5))).toEqual({
        levels: [given[0]!, given[2]!].map(bare),
        unlevelled: [minute(1), minute(4)],
      });
      expect(await ask(MINUTE, minute(2), minute(4))).toMatchObject({ unlevelled: [] });
    });

    it('makes the level of a stretch of its other minutes', async () => {
      const hours = [levelAt(START, HOUR, 7), levelAt(START + HOUR, HOUR, 8)];
      // Equal values: the earliest counts.
      const minutes = [
        { ...levelAt(minute(0)), min: -3, max: 9 },
        { ...levelAt(minute(1)), min: -5, max: 9 },
        { ...levelAt(minute(2)), min: -99, max: 99 },
        { ...levelAt(minute(59)), min: -5, max: 4 },
      ];
      await hands.under.putLevels(reception.shipId, [...hours, ...minutes]);
      expect(await ask(HOUR, START, START + 2 * HOUR)).toEqual({
        levels: hours.map(bare),
        unlevelled: [],
      });

      await hands.under.archive.store(batchOf(reception, { sequence: 1, generatedAt: minute(2) }));
      expect(await ask(HOUR, START, START + 2 * HOUR)).toEqual({
        levels: [
          { start: START, count: 6, min: -5, minAt: minute(1) + 1, max: 9, maxAt: minute(0) + 2 },
          bare(hours[1]!),
        ],
        unlevelled: [minute(2)],
      });
    });

    it('gives none where a ship has none', async () => {
      await hands.fill(reception, 1);

      expect(await ask(HOUR, START, START + HOUR)).toEqual({ levels: [], unlevelled: [START] });
      expect(await ask(HOUR, START + HOUR, START + HOUR)).toEqual({ levels: [], unlevelled: [] });
    });
  });
}

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { WEEKS_AHEAD } from '../archive/partition-upkeep.js';
import { LEVEL_STEPS } from '../archive/level-steps.js';
import { DAY_MICROS, WEEK_MICROS, weekOf } from '../archive/week.js';
import type { Reception } from '../receptions/reception.js';
import { levelsToCompare, MinutesUnderTest, type Snapshot } from './testing/minutes-under-test.js';
import { ANY_CLOCK, now, PartitionsUnderTest } from './testing/partitions-under-test.js';

const old = now - 40 * DAY_MICROS;

describe('the retention of blocks', () => {
  let database: TestDatabase;
  let under: PartitionsUnderTest;

  beforeAll(async () => {
    database = await testDatabase();
  });

  beforeEach(async () => {
    under = await PartitionsUnderTest.open(database.url);
  });

  afterEach(() => under.close());

  afterAll(async () => {
    await database?.drop();
  });

  it('drops weeks that are older, and the ships count what is left', async () => {
    const [first, second] = [await under.begin(), await under.begin('Voyager')];
    under.travelTo(old);
    await under.keepOnce();
    await under.send(first, [old, old + 1, old + 2, now], old + 5);
    await under.send(second, [old], old);
    await under.end(first);
    await under.end(second);
    under.travelTo(now);
    await under.keepOnce(30);

    expect((await under.weeks())[0]).toBe('blocks_2030_05_13');
    expect(await under.archive.shipWithLatest('Voyager')).toMatchObject({
      samplesCount: 0,
      firstSampleAt: null,
      lastSampleAt: null,
      latest: [{}],
    });
    expect(await under.instantsOf(second)).toEqual([]);
  });

  it('drops no week that an open reception has blocks in', async () => {
    const reception = await under.begin();
    under.travelTo(old);
    await under.keepOnce();
    await under.send(reception, [old, old + 1, 0, 1, now + 4_000 * WEEK_MICROS], old);
    under.travelTo(now);
    await under.keepOnce(30);

    expect(await under.instantsOf(reception)).toHaveLength(5);
    const [unfinished] = await under.store.unfinished();
    expect(unfinished!.good.ranges()).toEqual([[1, 5]]);

    await under.end(reception);
    await under.keepOnce(30);
    expect(await under.instantsOf(reception)).toEqual([]);
    expect(await under.archive.ship('USS Enterprise')).toMatchObject({ samplesCount: 0 });
  });

  it('keeps what was received within it, however old it says it is', async () => {
    const reception = await under.begin();
    under.travelTo(old);
    await under.keepOnce();
    const instants = [0, old, now + 4_000 * WEEK_MICROS];
    await under.send(reception, instants, now - DAY_MICROS);
    await under.end(reception);
    under.travelTo(now);
    await under.keepOnce(30);

    expect(await under.instantsOf(reception)).toEqual(instants);
  });

  it('deletes blocks without a week by the time of their reception', async () => {
    const reception = await under.begin();
    await under.send(reception, ANY_CLOCK, now - 31 * DAY_MICROS);
    await under.end(reception);
    await under.keepOnce(30);

    const stillIn = ANY_CLOCK.filter((instant) => instant >= weekOf(now, -1).start);
    const kept = stillIn.filter((instant) => instant < weekOf(now, WEEKS_AHEAD).end);
    expect(await under.instantsOf(reception)).toEqual(kept);
    expect(await under.archive.ship('USS Enterprise')).toMatchObject({
      samplesCount: kept.length,
      firstSampleAt: kept[0],
      lastSampleAt: kept.at(-1),
    });
  });

  it('finishes after a crash, and what came late comes back and counts once', async () => {
    under.travelTo(old);
    await under.keepOnce();
    const reception = await under.begin();
    await under.send(reception, [old, old + 1], old);
    const late = under.batch(reception, [old + 1, old + 2, old + 3], now);
    await under.archive.store(late);
    const week = (await under.weeks())[1]!;
    await under.source.query(`ALTER TABLE blocks DETACH PARTITION ${week}`);
    await under.archive.store(late);
    await under.send(reception, [old + 4], now);
    await under.end(reception);
    under.travelTo(now);
    await under.keepOnce(30);

    expect(await under.weeks()).not.toContain(week);
    expect(await under.instantsOf(reception)).toEqual([old + 1, old + 2, old + 3, old + 4]);
    expect(await under.archive.ship('USS Enterprise')).toMatchObject({
      samplesCount: 4,
      firstSampleAt: old + 1,
      lastSampleAt: old + 4,
    });
  });

  describe('of levels', () => {
    let minutes: MinutesUnderTest;

    beforeEach(async () => {
      minutes = await MinutesUnderTest.open(database.url);
      under.closeLater(() => minutes.close());
    });

    async function expectLevelsToFit({ shipId }: Reception): Promise<Snapshot> {
      const snapshot = await minutes.snapshot(shipId);
      for (const { found, expected } of levelsToCompare(snapshot)) expect(found).toEqual(expected);
      return snapshot;
    }

    it('removes those of a week with the week, and what waits in it', async () => {
      under.travelTo(old);
      await under.keepOnce();
      const [first, second] = [await under.begin(), await under.begin('Voyager')];
      await under.send(first, [old, old + DAY_MICROS, now], old);
      await under.send(second, [old], old);
      await minutes.level();
      await under.send(first, [old + 2 * DAY_MICROS], old);
      await under.end(first);
      await under.end(second);
      under.travelTo(now);
      await under.keepOnce(30);

      expect((await expectLevelsToFit(second)).levels).toEqual(
        new Map(LEVEL_STEPS.map((step) => [step, []])),
      );
      const { unlevelled, levels } = await expectLevelsToFit(first);
      expect(unlevelled.size).toBe(0);
      expect(levels.get(LEVEL_STEPS[0]!)).toHaveLength(1);
    });

    it('has those of a week worked out anew that keeps some of its packets', async () => {
      under.travelTo(old);
      await under.keepOnce();
      const reception = await under.begin();
      await under.send(reception, [old, old + DAY_MICROS], old);
      await under.send(reception, [old + 1], now);
      await minutes.level();
      await under.end(reception);
      const week = (await under.weeks())[1]!;
      await under.source.query(`ALTER TABLE blocks DETACH PARTITION ${week}`);
      under.travelTo(now);
      await under.keepOnce(30);

      expect((await expectLevelsToFit(reception)).unlevelled.size).toBe(1);
      await minutes.level();
      const { blocks, unlevelled } = await expectLevelsToFit(reception);
      expect([blocks.length, unlevelled.size]).toEqual([1, 0]);
    });

    it('has those of deleted blocks worked out anew', async () => {
      const reception = await under.begin();
      await under.send(reception, ANY_CLOCK, now - 31 * DAY_MICROS);
      await under.send(reception, ANY_CLOCK.slice(1, 3), now);
      await minutes.level();
      await under.end(reception);
      await under.keepOnce(30);

      await expectLevelsToFit(reception);
      await minutes.level();
      expect((await expectLevelsToFit(reception)).unlevelled.size).toBe(0);
    });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { WEEKS_AHEAD } from '../archive/partition-upkeep.js';
import { DAY_MICROS, WEEK_MICROS, weekOf } from '../archive/week.js';
import { ALL, ANY_CLOCK, now, PartitionsUnderTest } from './testing/partitions-under-test.js';

const old = now - 40 * DAY_MICROS;

describe('the retention of samples', () => {
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

    expect((await under.weeks())[0]).toBe('samples_2030_05_13');
    expect(await under.archive.ship('Voyager')).toMatchObject({
      samplesCount: 0,
      firstSampleAt: null,
      lastSampleAt: null,
    });
    expect(await under.archive.samples(second.shipId, ALL)).toEqual([]);
    expect(await under.archive.latest(second.shipId)).toHaveLength(1);
  });

  it('drops no week that an open reception has samples in', async () => {
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

  it('deletes samples without a week by the time of their reception', async () => {
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
    await under.send(reception, [old + 1, old + 2, old + 3], now);
    await under.end(reception);
    const week = (await under.weeks())[1]!;
    await under.source.query(`ALTER TABLE samples DETACH PARTITION ${week}`);
    await under.send(reception, [old + 1], now);
    under.travelTo(now);
    await under.keepOnce(30);

    expect(await under.weeks()).not.toContain(week);
    expect(await under.instantsOf(reception)).toEqual([old + 1, old + 2, old + 3]);
    expect(await under.archive.ship('USS Enterprise')).toMatchObject({ samplesCount: 3 });
  });
});

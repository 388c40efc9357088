import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { until } from '../../../../test/support/until.js';
import { ROUND_EVERY_MS, WEEKS_AHEAD } from '../archive/partition-upkeep.js';
import { WEEK_MICROS } from '../archive/week.js';
import { limitedRole } from './testing/limited-role.js';
import { ANY_CLOCK, now, PartitionsUnderTest } from './testing/partitions-under-test.js';
import { MOVED_BLOCKS_MAX, MOVED_BYTES_MAX } from './typeorm-partition.keeper.js';
import { TypeOrmBlockPartitions } from './typeorm-block.partitions.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

describe('the partitions of blocks', () => {
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

  it('are made for the weeks around now, and no others', async () => {
    const upkeep = await under.keepOnce();

    expect(await under.weeks()).toEqual([
      'blocks_2030_06_03',
      'blocks_2030_06_10',
      'blocks_2030_06_17',
      'blocks_2030_06_24',
      'blocks_2030_07_01',
      'blocks_2030_07_08',
    ]);
    expect(upkeep.check()).toMatchObject({ status: 'up' });
  });

  it('are made anew as time goes on', async () => {
    await under.keepOnce();
    await under.round(WEEK_MICROS / 1_000 + ROUND_EVERY_MS);

    expect(await under.weeks()).toContain('blocks_2030_07_15');
  });

  it('refuse no clock, before and after they are made', async () => {
    const reception = await under.begin();
    await under.send(reception, ANY_CLOCK.slice(0, 6));
    await under.keepOnce();
    await under.send(reception, ANY_CLOCK.slice(6));

    expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
    expect(await under.archive.ship('USS Enterprise')).toMatchObject({
      samplesCount: ANY_CLOCK.length,
      firstSampleAt: ANY_CLOCK[0],
      lastSampleAt: ANY_CLOCK.at(-1),
    });
  });

  it('take over what lies in the default partition', async () => {
    const reception = await under.begin();
    await under.send(reception, ANY_CLOCK);
    const count = `SELECT count(*)::integer AS count FROM blocks_default`;
    expect(await under.source.query(count)).toEqual([{ count: 7 }]);
    await under.keepOnce();

    expect(await under.source.query(count)).toEqual([{ count: 3 }]);
    expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
  });

  it('leave a week in the default partition that is too much to be moved', async () => {
    await under.source.query(
      `INSERT INTO blocks SELECT 1, '2030-06-12T00:00:00Z', $1, 1, number, '2030-06-12T00:00:00Z',
         now(), 'battery', 1, 1, '[]', '' FROM generate_series(0, $2) number`,
      [randomUUID(), MOVED_BLOCKS_MAX],
    );
    const upkeep = await under.keepOnce();

    const weeks = await under.weeks();
    expect(weeks).toHaveLength(WEEKS_AHEAD + 1);
    expect(weeks).not.toContain('blocks_2030_06_10');
    expect(upkeep.check()).toMatchObject({ status: 'up', weeks_in_default: 1 });
  });

  it('leave a week there that is too many bytes, too', async () => {
    await under.source.query(
      `INSERT INTO blocks SELECT 1, '2030-06-12T00:00:00Z', $1, 1, number, '2030-06-12T00:00:00Z',
         now(), 'battery', 1, 1, '[]', convert_to(repeat('x', 1024 * 1024), 'UTF8')
       FROM generate_series(0, $2::integer) number`,
      [randomUUID(), MOVED_BYTES_MAX / 1024 / 1024],
    );
    const upkeep = await under.keepOnce();

    expect(await under.weeks()).not.toContain('blocks_2030_06_10');
    expect(upkeep.check()).toMatchObject({ status: 'up', weeks_in_default: 1 });
  });

  it('hold up nobody who stores meanwhile', async () => {
    const receptions = await Promise.all(
      Array.from({ length: 8 }, (_, index) => under.begin(`Voyager ${index}`)),
    );
    await under.send(receptions[0]!, ANY_CLOCK);
    // A row for a week that just gets its partition is refused once: the writer repeats, and so do we.
    const batches = receptions.map((reception) => under.batch(reception, ANY_CLOCK));
    const storing = batches.map((batch) => until(() => under.archive.store(batch)));
    await Promise.all([under.keepOnce(), ...storing]);

    expect(await under.weeks()).not.toEqual([]);
    const twice = ANY_CLOCK.flatMap((instant) => [instant, instant]);
    for (const [at, reception] of receptions.entries())
      expect(await under.instantsOf(reception)).toEqual(at === 0 ? twice : ANY_CLOCK);
  });

  it('count what is stored twice once, wherever it lies', async () => {
    const reception = await under.begin();
    const batch = under.batch(reception, ANY_CLOCK);
    await under.archive.store(batch);
    await under.archive.store(batch);
    await under.keepOnce();
    await under.archive.store(batch);

    expect(await under.store.samplesStored(reception.contactId)).toBe(ANY_CLOCK.length);
  });

  describe('kept by several', () => {
    it('have one keeper at a time', async () => {
      const [one, two] = [
        new TypeOrmBlockPartitions(under.source),
        new TypeOrmBlockPartitions(await under.connect(database.url)),
      ];
      const keeper = await one.claim();

      expect(await two.claim()).toBeNull();
      await keeper!.release();
      const next = await two.claim();
      expect(next).not.toBeNull();
      await next!.release();
    });

    it('are made once, and nobody complains', async () => {
      const upkeeps = [
        under.upkeepOf(under.source),
        under.upkeepOf(await under.connect(database.url)),
      ];
      for (const upkeep of upkeeps) upkeep.onApplicationBootstrap();
      await under.round(0);

      expect(await under.weeks()).toHaveLength(WEEKS_AHEAD + 2);
      under.clock.advance(ROUND_EVERY_MS - 1);
      for (const upkeep of upkeeps) expect(upkeep.check()).toMatchObject({ status: 'up' });
    });
  });

  it('are not changed without the rights, which its health says; blocks are stored', async () => {
    const role = await limitedRole(under.source, database.url, 'SELECT, INSERT, UPDATE, DELETE');
    under.closeLater(role.drop);
    const narrow = await under.connect(role.url);
    const upkeep = await under.keepOnce(30, narrow);
    const reception = await under.begin();
    await under.send(
      reception,
      ANY_CLOCK,
      now,
      new TypeOrmTelemetryArchive(narrow, under.identity),
    );

    expect(upkeep.check()).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('may not change the table blocks'),
    });
    expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
  });
});

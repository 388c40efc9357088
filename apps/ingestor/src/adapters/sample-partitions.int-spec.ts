import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { until } from '../../../../test/support/until.js';
import { ROUND_EVERY_MS, WEEKS_AHEAD } from '../archive/partition-upkeep.js';
import { WEEK_MICROS } from '../archive/week.js';
import { ANY_CLOCK, now, PartitionsUnderTest } from './testing/partitions-under-test.js';
import { MOVED_ROWS_MAX } from './typeorm-partition.keeper.js';
import { TypeOrmSamplePartitions } from './typeorm-sample.partitions.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

describe('the partitions of samples', () => {
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
      'samples_2030_06_03',
      'samples_2030_06_10',
      'samples_2030_06_17',
      'samples_2030_06_24',
      'samples_2030_07_01',
      'samples_2030_07_08',
    ]);
    expect(upkeep.check()).toMatchObject({ status: 'up' });
  });

  it('are made anew as time goes on', async () => {
    await under.keepOnce();
    await under.round(WEEK_MICROS / 1_000 + ROUND_EVERY_MS);

    expect(await under.weeks()).toContain('samples_2030_07_15');
  });

  it('refuse no clock, before and after they are made', async () => {
    const reception = await under.begin();
    await under.send(reception, ANY_CLOCK.slice(0, 6));
    await under.keepOnce();
    await under.send(reception, ANY_CLOCK);

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
    const count = `SELECT count(*)::integer AS count FROM samples_default`;
    expect(await under.source.query(count)).toEqual([{ count: 7 }]);
    await under.keepOnce();

    expect(await under.source.query(count)).toEqual([{ count: 3 }]);
    expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
  });

  it('leave a week in the default partition that is too much to be moved', async () => {
    await under.source.query(
      `INSERT INTO samples (contact_id, ship_id, generated_at, sequence, battery, volts, received_at)
       SELECT $1, 1, '2030-06-12T00:00:00Z', number, 0, 1, now() FROM generate_series(0, $2) number`,
      [randomUUID(), MOVED_ROWS_MAX],
    );
    const upkeep = await under.keepOnce();

    const weeks = await under.weeks();
    expect(weeks).toHaveLength(WEEKS_AHEAD + 1);
    expect(weeks).not.toContain('samples_2030_06_10');
    expect(upkeep.check()).toMatchObject({ status: 'up', weeks_in_default: 1 });
  });

  it('hold up nobody who stores meanwhile', async () => {
    const receptions = await Promise.all(
      Array.from({ length: 8 }, (_, index) => under.begin(`Voyager ${index}`)),
    );
    await under.send(receptions[0]!, ANY_CLOCK);
    // A row for a week that just gets its partition is refused once: the writer repeats, and so do we.
    const storing = receptions.map((reception) => until(() => under.send(reception, ANY_CLOCK)));
    await Promise.all([under.keepOnce(), ...storing]);

    expect(await under.weeks()).not.toEqual([]);
    for (const reception of receptions)
      expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
  });

  it('count what is stored twice once, wherever it lies', async () => {
    const reception = await under.begin();
    await under.send(reception, ANY_CLOCK);
    await under.send(reception, ANY_CLOCK);
    await under.keepOnce();
    await under.send(reception, ANY_CLOCK);

    expect(await under.store.samplesStored(reception.contactId)).toBe(ANY_CLOCK.length);
  });

  describe('kept by several', () => {
    it('have one keeper at a time', async () => {
      const [one, two] = [
        new TypeOrmSamplePartitions(under.source),
        new TypeOrmSamplePartitions(await under.connect(database.url)),
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

  it('are not changed without the rights, which its health says; samples are stored', async () => {
    const role = `narrow_${randomUUID().replaceAll('-', '')}`;
    await under.source.query(`CREATE ROLE ${role} LOGIN PASSWORD 'narrow'`);
    under.closeLater(async () => {
      await under.source.query(`DROP OWNED BY ${role}`);
      await under.source.query(`DROP ROLE ${role}`);
    });
    await under.source.query(
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'narrow'];
    const narrow = await under.connect(url.toString());
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
      reason: expect.stringContaining('may not change the table samples'),
    });
    expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
  });

  it('are made out of a table that has rows already', async () => {
    const reception = await under.begin();
    const runner = under.source.createQueryRunner();
    under.closeLater(() => runner.release());
    const migration = MIGRATIONS.map((Migration) => new Migration()).find(({ name }) =>
      name?.startsWith('SamplePartitions'),
    );
    await migration!.down(runner);
    await under.send(reception, ANY_CLOCK);
    await migration!.up(runner);

    expect(await under.instantsOf(reception)).toEqual(ANY_CLOCK);
    const rows = (await under.source.query('SELECT FROM samples_default')) as unknown[];
    expect(rows).toHaveLength(0);
  });
});

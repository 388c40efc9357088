import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { BY_TEST } from '../contacts/contact-store.contract.js';
import { SERIES_MAX } from '../series/series.js';
import { aSeries, describeSeriesStore } from '../series/series-store.contract.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';
import { TypeOrmSeriesStore } from './typeorm-series.store.js';

describe('series on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeEach(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
    await source.initialize();
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  describeSeriesStore(async () => ({
    store: new TypeOrmSeriesStore(source),
    contacts: new TypeOrmContactStore(source),
  }));

  it('go on up to a number, also when several are added at once', async () => {
    const store = new TypeOrmSeriesStore(source);
    await source.query(
      `INSERT INTO series (id, contact, start_local, time_zone, rrule, exclude, by)
       SELECT gen_random_uuid(), '{}', '2030-01-01T00:00:00', 'UTC', 'FREQ=DAILY', '{}', 'a test'
       FROM generate_series(1, $1)`,
      [SERIES_MAX - 1],
    );

    const added = await Promise.allSettled([1, 2, 3].map(() => store.add(aSeries(), BY_TEST)));

    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(store.add(aSeries(), BY_TEST)).rejects.toMatchObject({ code: 'SERIES_FULL' });
  });
});

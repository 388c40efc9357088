import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { aBlock, describeAntennaStore } from '../antennas/antenna-store.contract.js';
import { BLOCKS_MAX } from '../antennas/antenna-store.port.js';
import { anAntenna } from '../antennas/testing/antenna-bookings.js';
import { BY_TEST } from '../contacts/contact-store.contract.js';
import { TypeOrmAntennaStore } from './typeorm-antenna.store.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';

describe('on PostgreSQL', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeAll(async () => {
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'scheduler'));
    await source.initialize();
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  describeAntennaStore(async () => ({
    antennas: new TypeOrmAntennaStore(source),
    store: new TypeOrmContactStore(source),
  }));

  it('has a place for so many blocks of an antenna, without those that are long over', async () => {
    const antennas = new TypeOrmAntennaStore(source);
    const antenna = { name: anAntenna(), description: null };
    await antennas.put(antenna);
    const fill = (from: string, count: number): Promise<unknown> =>
      source.query(
        `INSERT INTO antenna_windows (id, antenna_id, kind, start_time, end_time, reason, by)
         SELECT gen_random_uuid(), id, 'block', start, start + interval '1 s', 'wind', 'a test'
         FROM antennas, generate_series(1, $3) AS second,
           LATERAL (SELECT $2::timestamptz + second * interval '1 s' AS start) AS begin
         WHERE name = $1`,
        [antenna.name, from, count],
      );
    await fill('2020-01-01T00:00:00Z', 5);
    await fill('2090-01-01T00:00:00Z', BLOCKS_MAX - 1);

    await antennas.block(antenna.name, aBlock(0, 1), BY_TEST);
    const oneMore = antennas.block(antenna.name, aBlock(1, 2), BY_TEST);
    await expect(oneMore).rejects.toMatchObject({ code: 'ANTENNA_BLOCKS_FULL' });
  });
});

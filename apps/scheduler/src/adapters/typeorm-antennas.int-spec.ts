import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe } from 'vitest';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { describeAntennaStore } from '../antennas/antenna-store.contract.js';
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
});

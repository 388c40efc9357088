import { DataSource } from 'typeorm';
import { afterAll, beforeAll } from 'vitest';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { describeReceptionStore } from '../receptions/reception-store.contract.js';
import { describeTelemetryArchive } from '../telemetry/telemetry-archive.contract.js';
import { INGESTOR_OUTBOX, TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await testDatabase();
  source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
  await source.initialize();
});

afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const empty = (): Promise<unknown> =>
  source.query(
    'TRUNCATE ships, receptions, closings, reports, samples, latest_samples, outbox CASCADE',
  );

describeTelemetryArchive(async () => {
  await empty();
  return {
    archive: new TypeOrmTelemetryArchive(source),
    store: new TypeOrmReceptionStore(source),
  };
});

describeReceptionStore(async () => {
  await empty();
  const outbox = new TypeOrmOutbox(source, INGESTOR_OUTBOX);
  return {
    store: new TypeOrmReceptionStore(source),
    outbox: async () => (await outbox.claim(10, 0)).map(({ envelope }) => envelope),
  };
});

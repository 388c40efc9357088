import { DataSource } from 'typeorm';
import { afterAll, beforeAll } from 'vitest';
import { formatInstant, MICROS_PER_SECOND } from '#common/domain';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { describeHoldings } from '../receptions/holdings.contract.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { describeReceptionStore } from '../receptions/reception-store.contract.js';
import { describeReportRevisions } from '../receptions/report-revisions.contract.js';
import { describeTelemetryArchive } from '../archive/telemetry-archive.contract.js';
import type { ArchiveUnderTest } from '../archive/testing/archive-under-test.js';
import { TypeOrmHoldings } from './typeorm.holdings.js';
import { INGESTOR_OUTBOX, TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';

let database: TestDatabase;
let source: DataSource;
const identity = new IngestorIdentity('test');

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
    'TRUNCATE ships, receptions, closings, reports, blocks, latest_packets, unlevelled_minutes, ' +
      'sample_levels, outbox, ingestors CASCADE',
  );

const putLevels: ArchiveUnderTest['putLevels'] = async (shipId, levels) => {
  await source.query('DELETE FROM unlevelled_minutes WHERE ship_id = $1', [shipId]);
  for (const { battery, field, step, start, count, min, minAt, max, maxAt } of levels) {
    const key = [shipId, battery, field, step / MICROS_PER_SECOND, formatInstant(start), count];
    await source.query(
      'INSERT INTO sample_levels VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
      [...key, min, formatInstant(minAt), max, formatInstant(maxAt)],
    );
  }
};

describeTelemetryArchive(async () => {
  await empty();
  return {
    putLevels,
    archive: new TypeOrmTelemetryArchive(source, identity),
    store: new TypeOrmReceptionStore(source, identity),
  };
});

describeReceptionStore(async () => {
  await empty();
  const outbox = new TypeOrmOutbox(source, INGESTOR_OUTBOX);
  return {
    store: new TypeOrmReceptionStore(source, identity),
    outbox: async () => (await outbox.claim(10, 0)).map(({ envelope }) => envelope),
  };
});

describeReportRevisions(async () => {
  await empty();
  const outbox = new TypeOrmOutbox(source, INGESTOR_OUTBOX);
  return {
    outbox: async () => (await outbox.claim(10, 0)).map(({ envelope }) => envelope),
    process: (name) => {
      const own = new IngestorIdentity(name);
      return {
        store: new TypeOrmReceptionStore(source, own),
        archive: new TypeOrmTelemetryArchive(source, own),
      };
    },
  };
});

describeHoldings(async () => {
  await empty();
  return (name) => {
    const own = new IngestorIdentity(name);
    return {
      holdings: new TypeOrmHoldings(source, own),
      store: new TypeOrmReceptionStore(source, own),
      archive: new TypeOrmTelemetryArchive(source, own),
      letLeaseRunOut: async () => {
        await source.query(
          'UPDATE ingestors SET lease_until = clock_timestamp() WHERE process = $1',
          [own.process],
        );
      },
    };
  };
});

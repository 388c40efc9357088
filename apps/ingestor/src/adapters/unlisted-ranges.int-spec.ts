import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MissingRange } from '#common/contracts';
import { dataSourceOptions, migrate, MIGRATIONS } from '#common/persistence';
import { emptyDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { MissingRangesService } from '../receptions/missing-ranges.service.js';
import { TypeOrmReceptionStore } from './typeorm-reception.store.js';

const MIGRATION = 'UnlistedRanges1700000017000';
const LISTED: readonly MissingRange[] = [{ from: 2, to: 3, cause: 'lost' }];

describe('reports of a version that kept no more ranges than it listed', () => {
  let database: TestDatabase;
  let source: DataSource;

  beforeEach(async () => {
    database = await emptyDatabase();
    const migrations = MIGRATIONS.slice(0, MIGRATIONS.map(({ name }) => name).indexOf(MIGRATION));
    source = new DataSource({ ...dataSourceOptions(database.url, 'ingestor'), migrations });
    await source.initialize();
    await source.runMigrations({ transaction: 'all' });
  });

  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  async function oldReport(numbers: object): Promise<string> {
    const contactId = randomUUID();
    await source.query(
      `INSERT INTO reports (contact_id, fence, report, ended_at) VALUES ($1, 1, $2, now())`,
      [contactId, { revision: 1, numbers: { missing_ranges: LISTED, ...numbers } }],
    );
    return contactId;
  }

  it('tell what they list, and whether that is all', async () => {
    const whole = await oldReport({});
    const cut = await oldReport({ missing_ranges_total: 2 });
    await migrate(database.url);

    const store = new TypeOrmReceptionStore(source, new IngestorIdentity('test'));
    const missing = new MissingRangesService(store);
    const page = { revision: 1, items: LISTED, next: null };
    expect(await missing.page(whole, { limit: 9 })).toEqual({
      ...page,
      total: 1,
      isComplete: true,
    });
    expect(await missing.page(cut, { limit: 9 })).toEqual({ ...page, total: 2, isComplete: false });
  });
});

import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from './migrations/index.js';

const POOL_MAX = 10;
/** Without it the caller behind the last connection would wait for ever. */
const ACQUISITION_TIMEOUT_MS = 2_000;
/** Then the server gives up a statement; one that takes longer sets another for itself. */
export const STATEMENT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 2_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** "PRG" and "migr" in ASCII: the advisory lock that lets one process migrate at a time. */
const MIGRATION_LOCK = [0x50_52_47, 0x6d_69_67_72] as const;
const MIGRATION_DEADLINE_MS = 60_000;

/** One pool per app, named after it: several apps may share a process. */
export function dataSourceOptions(url: string, app: string): DataSourceOptions & { name: string } {
  return {
    name: app,
    type: 'postgres',
    url,
    applicationName: `perigee-${app}`,
    synchronize: false,
    migrationsRun: false,
    extra: {
      max: POOL_MAX,
      connectionTimeoutMillis: ACQUISITION_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    },
  };
}

/**
 * Brings the database to this version. Safe to call from several processes at once. Where nothing is
 * pending, a user who may only read the table of migrations is enough.
 * @param role whom the tables shall belong to, if not the user of the address
 */
export async function migrate(url: string, role?: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'perigee-migrations',
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    extra: {
      max: 2,
      connectionTimeoutMillis: MIGRATION_DEADLINE_MS,
      ...(role !== undefined && { options: `-c role=${role}` }),
    },
  });
  await source.initialize();
  const holder = source.createQueryRunner();
  try {
    await holder.query(`SET lock_timeout = ${MIGRATION_DEADLINE_MS}`);
    await holder.query('SELECT pg_advisory_lock($1, $2)', [...MIGRATION_LOCK]);
    await source.runMigrations({ transaction: 'all' });
  } finally {
    // The lock ends with its session.
    await holder.release();
    await source.destroy();
  }
}

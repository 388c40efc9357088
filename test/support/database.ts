import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#common/persistence';

const TEMPLATE = 'perigee_template';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A migrated database that every test database is a copy of: copying takes a tenth of migrating. */
export async function createTemplate(serverUrl: string): Promise<void> {
  await execute(serverUrl, `DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);
  await execute(serverUrl, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(databaseUrl(serverUrl, TEMPLATE));
}

/** A fresh, migrated database on the tests' PostgreSQL. A missing server fails, it never skips. */
export const testDatabase = (): Promise<TestDatabase> => copyOf(TEMPLATE);

/** One without a table. */
export const emptyDatabase = (): Promise<TestDatabase> => copyOf('template0');

/** For tests of who waits for whom: on a machine that is busy nobody gives up. */
export const patient = <T extends { readonly extra?: object }>(options: T): T => ({
  ...options,
  extra: { ...options.extra, lock_timeout: 60_000, statement_timeout: 60_000 },
});

async function copyOf(template: string): Promise<TestDatabase> {
  const serverUrl = process.env['TEST_DATABASE_URL'];
  if (!serverUrl) throw new Error('No PostgreSQL: test/support/services.ts did not run');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await execute(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => execute(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { migrate } from '#common/persistence';
import { ConfigError, withoutPasswords } from '#common/platform';
import type { MigrateConfig } from './migrate.config.js';

/** Below the folder that it is started in, as `dist` is. */
const FOLDER = 'deploy/postgres';
/** Whom the tables belong to. */
export const OWNER = 'perigee_owner';
const CONNECT_MS_MAX = 30_000;
const STATEMENT_MS_MAX = 30_000;

/**
 * Roles, then the tables of this version, then the rights on them. It may be run again, also while
 * the apps are running.
 * @throws {ConfigError} that tells what PostgreSQL said.
 */
export async function prepareDatabase(config: MigrateConfig): Promise<void> {
  const { DATABASE_URL: url = '' } = config;
  const passwords = {
    perigee_scheduler: config.POSTGRES_SCHEDULER_PASSWORD ?? '',
    perigee_ingestor: config.POSTGRES_INGESTOR_PASSWORD ?? '',
    perigee_rocket_monitor: config.POSTGRES_ROCKET_MONITOR_PASSWORD ?? '',
  };
  try {
    const roles = await readFile(`${FOLDER}/roles.sql`, 'utf8');
    await execute(url, [roles, ...Object.entries(passwords).map(passwordOf)]);
    await migrate(url, OWNER);
    const grants = await readFile(`${FOLDER}/grants.sql`, 'utf8');
    await execute(url, [`SET LOCAL ROLE ${OWNER}`, grants]);
  } catch (cause) {
    const { message } = cause as Error;
    throw new ConfigError(`The database is not prepared: ${withoutPasswords(message)}`, { cause });
  }
}

const passwordOf = ([role, password]: [string, string]): string =>
  `ALTER ROLE ${role} PASSWORD ${pg.escapeLiteral(password)}`;

/** All of it or nothing. */
async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'perigee-migrations',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
  });
  // A connection may fail at any time; without a listener that would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(['BEGIN', ...statements, 'COMMIT'].join(';\n'));
  } finally {
    await client.end().catch(() => undefined);
  }
}

import { resolve } from 'node:path';
import pg from 'pg';
import { poll, startEmbeddedPostgres, type EmbeddedPostgres } from '#common/embedded';
import type { Service } from './service.js';
import { ensureSettings } from './settings.js';

export interface PostgresqlOptions {
  /** The cluster and its password live here. */
  readonly folder: string;
  /** 0 or nothing for the one of last time, or a free one. */
  readonly port?: number;
  readonly log?: (line: string) => void;
  readonly onFatal?: (fault: Error) => void;
}

const ASK_MS_MAX = 5_000;
const RESTART_MS_MAX = 60_000;

/**
 * The PostgreSQL that npm has installed. It belongs to this process: it ends with it, and is started
 * again by it after a crash, so `restart` only waits.
 */
export async function startPostgresql(options: PostgresqlOptions): Promise<Service> {
  const folder = resolve(options.folder);
  const { ports } = await ensureSettings(folder, 1, options.port);
  const { log, onFatal } = options;
  const postgres = await startEmbeddedPostgres({
    folder,
    port: ports[0] ?? 0,
    ...(log && { log }),
    ...(onFatal && { onFatal }),
  });
  return {
    name: 'postgresql',
    url: postgres.url,
    get pid(): number {
      return postgres.pid();
    },
    stop: () => postgres.stop(),
    kill: (signal) => Promise.resolve(void process.kill(postgres.pid(), signal)),
    restart: () => waitForRestart(postgres),
  };
}

export async function askPostgresql(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ASK_MS_MAX,
    query_timeout: ASK_MS_MAX,
  });
  // A connection may fail at any time; without a listener that would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function waitForRestart(postgres: EmbeddedPostgres): Promise<void> {
  const answers = (): Promise<true | undefined> =>
    askPostgresql(postgres.url).then(
      () => true,
      () => undefined,
    );
  if (!(await poll(answers, RESTART_MS_MAX, 100)))
    throw new Error(`PostgreSQL does not answer ${RESTART_MS_MAX / 1_000} s after its kill.`);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#common/embedded';
import { migrate } from '#common/persistence';

/** A PostgreSQL of a test's own, that loses what its disk does not have. */
export class CrashingPostgres {
  private constructor(
    private readonly folder: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  static async start(): Promise<CrashingPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'perigee-crashing-'));
    const postgres = await startEmbeddedPostgres({ folder, port: 0 });
    await migrate(postgres.url);
    await onlyForUs(postgres.url);
    return new CrashingPostgres(folder, postgres);
  }

  get url(): string {
    return this.postgres.url;
  }

  async stop(): Promise<void> {
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /**
   * Nothing gets to the disk that nobody waits for; then some transactions like this, `work`, and a
   * crash that forgets them.
   * @returns the highest number that it gave to a transaction
   */
  async crashAfter(work: () => Promise<void>): Promise<bigint> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    const walWriter = await one(
      client,
      "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'walwriter'",
    );
    process.kill(Number(walWriter), 'SIGSTOP');
    try {
      await client.query('SET synchronous_commit = off');
      let transaction = '';
      for (let count = 0; count < 100; count += 1)
        transaction = await one(client, 'SELECT pg_current_xact_id()::text');
      await work();
      return BigInt(transaction);
    } finally {
      process.kill(Number(walWriter), 'SIGKILL');
      await client.end().catch(() => undefined);
    }
  }
}

/** No work of the server's own gets to the disk what a test holds back. */
async function onlyForUs(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("ALTER SYSTEM SET checkpoint_timeout = '1h'");
  await client.query('ALTER SYSTEM SET autovacuum = off');
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}

async function one(client: pg.Client, sql: string): Promise<string> {
  const { rows } = await client.query<string[]>({ text: sql, rowMode: 'array' });
  const value = rows[0]?.[0];
  if (value === undefined) throw new Error(`No answer: ${sql}`);
  return value;
}

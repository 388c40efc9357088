import { DataSource } from 'typeorm';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { SystemClock } from '#common/platform';
import { type TestDatabase, testDatabase } from '../../../../../../test/support/database.js';
import { type PublishedFact, publishedFact } from '../../testing/published-facts.js';
import { PostgresRocketStore, type PostgresRocketStoreOptions } from '../postgres-rocket.store.js';
import { ROCKET_OUTBOX } from '../telling-transaction.js';

/** Generous: a loaded machine is no fault of the store. */
const QUERY_MS_MAX = 30_000;

/** Stores of a test on one database. */
export class OpenedStores {
  database: TestDatabase;
  source: DataSource;
  readonly #stores: PostgresRocketStore[] = [];

  async start(): Promise<void> {
    this.database = await testDatabase();
    this.source = new DataSource(dataSourceOptions(this.database.url, 'test'));
    await this.source.initialize();
  }

  async stop(): Promise<void> {
    await this.close();
    await this.source?.destroy();
    await this.database?.drop();
  }

  async empty(): Promise<void> {
    await this.source.query(
      'TRUNCATE rocket_messages, rocket_checkpoints, rocket_counts, rocket_rejections, outbox',
    );
  }

  async open(given: Partial<PostgresRocketStoreOptions> = {}): Promise<PostgresRocketStore> {
    const store = new PostgresRocketStore({
      url: given.url ?? this.database.url,
      clock: new SystemClock(),
      channelsMax: 1_000,
      tellsEvents: true,
      queryMsMax: QUERY_MS_MAX,
      ...given,
    });
    this.#stores.push(store);
    await store.onModuleInit();
    return store;
  }

  /** Breaks every connection of every store. */
  async breakConnections(): Promise<void> {
    await this.source.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'perigee-rocket-monitor'
         AND pid <> pg_backend_pid()`,
    );
  }

  /** What waits in the outbox. */
  async published(): Promise<PublishedFact[]> {
    const claimed = await new TypeOrmOutbox(this.source, ROCKET_OUTBOX).claim(1_000, 0);
    return claimed.map(({ envelope }) => publishedFact(envelope));
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.splice(0).map((store) => store.onApplicationShutdown()));
  }
}

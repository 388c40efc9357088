import { join } from 'node:path';
import { type LoggerService } from '@nestjs/common';
import { startEmbeddedPostgres } from '#common/embedded';
import { migrate } from '#common/persistence';
import { ConfigError, shutDown } from '#common/platform';
import type { ServicesConfig } from './services.config.js';

export interface Database {
  readonly url: string;
  readonly isEmbedded: boolean;
  close(): Promise<void>;
}

/** The database that the configuration names, or an embedded one; migrated either way. */
export async function openDatabase(
  config: ServicesConfig,
  logger: LoggerService,
): Promise<Database> {
  const { DATABASE_URL } = config;
  if (DATABASE_URL === undefined) return openEmbedded(config, logger);
  await migrate(DATABASE_URL).catch((cause: Error & { code?: string }) => {
    const { host } = new URL(DATABASE_URL);
    throw new ConfigError(
      `DATABASE_URL: PostgreSQL at ${host} cannot be used: ${cause.message || cause.code}. ` +
        'Start it, correct DATABASE_URL, or unset it to use the embedded one.',
      { cause },
    );
  });
  return { url: DATABASE_URL, isEmbedded: false, close: async () => undefined };
}

async function openEmbedded(config: ServicesConfig, logger: LoggerService): Promise<Database> {
  const database = await startEmbedded(config, logger).catch((cause: Error) => {
    throw new ConfigError(cause.message, { cause });
  });
  try {
    await migrate(database.url);
    return database;
  } catch (fault) {
    await database.close();
    throw fault;
  }
}

async function startEmbedded(config: ServicesConfig, logger: LoggerService): Promise<Database> {
  const postgres = await startEmbeddedPostgres({
    folder: join(config.DATA_FOLDER, 'postgres'),
    port: config.EMBEDDED_POSTGRES_PORT,
    log: (line) => logger.debug?.(line, 'EmbeddedPostgres'),
    onFatal: (fault) => {
      logger.error(fault, 'EmbeddedPostgres');
      shutDown(fault);
    },
  });
  return { url: postgres.url, isEmbedded: true, close: () => postgres.stop() };
}

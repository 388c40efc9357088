import { join } from 'node:path';
import { type LoggerService } from '@nestjs/common';
import { startEmbeddedPostgres } from '#common/embedded';
import { migrate } from '#common/persistence';
import { shutDown } from '#common/platform';
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
  const database = config.DATABASE_URL
    ? { url: config.DATABASE_URL, isEmbedded: false, close: async () => undefined }
    : await startEmbedded(config, logger);
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

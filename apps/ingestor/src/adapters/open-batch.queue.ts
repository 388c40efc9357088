import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { type Clock, ConfigError } from '#common/platform';
import { type BatchQueue, MemoryBatchQueue } from '../archive/batch-queue.js';
import { SpooledBatchQueue } from '../archive/spool/spooled-batch.queue.js';
import type { IngestorConfig } from '../ingestor.config.js';
import type { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { FileBatchSpool } from './file-batch.spool.js';

const MEBIBYTE = 1024 * 1024;

export interface QueuePlace {
  readonly config: IngestorConfig;
  /** Where a spool is kept that the settings do not name; without it there is none. */
  readonly dataFolder: string | undefined;
  readonly identity: IngestorIdentity;
  readonly clock: Clock;
}

/**
 * What waits for the archive: with a spool where there is a folder for it. One that was named must
 * work; without the usual one an ingestor keeps in memory what waits, and its log says so.
 * @throws {ConfigError}
 */
export async function openBatchQueue(place: QueuePlace): Promise<BatchQueue> {
  const { config, dataFolder, identity, clock } = place;
  const named = config.INGESTOR_SPOOL_FOLDER;
  const base = named ?? (dataFolder === undefined ? undefined : join(dataFolder, 'spool'));
  const waitingMax = config.INGESTOR_WAITING_MIB_MAX * MEBIBYTE;
  if (base === undefined) return new MemoryBatchQueue(waitingMax);
  const folder = join(base, folderOf(identity.name));
  const bytesMax = config.INGESTOR_SPOOL_MIB_MAX * MEBIBYTE;
  try {
    const spool = await FileBatchSpool.open({ folder, bytesMax, clock });
    return new SpooledBatchQueue(spool, clock, waitingMax);
  } catch (fault) {
    const reason = `The spool in ${folder} cannot be used: ${(fault as Error).message}`;
    if (named !== undefined) throw new ConfigError(`INGESTOR_SPOOL_FOLDER: ${reason}`);
    new Logger('BatchQueue').warn(`${reason}. While the database is away the memory must do.`);
    return new MemoryBatchQueue(waitingMax);
  }
}

/** Any name becomes one of a folder; each ingestor has its own. */
const folderOf = (name: string): string =>
  createHash('sha256').update(name).digest('hex').slice(0, 16);

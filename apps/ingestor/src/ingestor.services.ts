import type { LoggerService } from '@nestjs/common';
import type { Bus } from '#common/messaging';
import type { Clock } from '#common/platform';

/** What the ingestor needs from outside. */
export interface IngestorServices {
  readonly bus: Bus;
  readonly databaseUrl: string;
  /** With one, the hot lists are there for all to read. */
  readonly redisUrl?: string | undefined;
  /** What must survive a restart, beside the database, is kept below it; without it nothing is. */
  readonly dataFolder?: string | undefined;
  readonly clock?: Clock;
  readonly logger?: LoggerService;
}

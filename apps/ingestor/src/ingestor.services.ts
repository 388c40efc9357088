import type { LoggerService } from '@nestjs/common';
import type { Bus } from '#common/messaging';
import type { Clock } from '#common/platform';

/** What the ingestor needs from outside. */
export interface IngestorServices {
  readonly bus: Bus;
  readonly databaseUrl: string;
  /** With one, the hot lists are there for all to read. */
  readonly redisUrl?: string | undefined;
  readonly clock?: Clock;
  readonly logger?: LoggerService;
}

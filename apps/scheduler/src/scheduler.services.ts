import type { LoggerService } from '@nestjs/common';
import type { Bus } from '#common/messaging';

/** What the scheduler needs from outside, wherever it runs. */
export interface SchedulerServices {
  readonly databaseUrl: string;
  readonly bus: Bus;
  /** With one, the schedulers also share their alarms. */
  readonly redisUrl?: string | undefined;
  readonly logger?: LoggerService;
}

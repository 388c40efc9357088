import type { LoggerService } from '@nestjs/common';
import type { Bus } from '#common/messaging';

/** What the scheduler needs from outside, wherever it runs. */
export interface SchedulerServices {
  readonly databaseUrl: string;
  readonly bus: Bus;
  readonly logger?: LoggerService;
}

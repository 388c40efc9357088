import { IsIn, IsInt, Max, Min } from 'class-validator';
import { HttpConfig, IsPortNumber } from '#common/platform';
import { IsWebhookTargets } from './webhooks/webhook-targets.js';

export class SchedulerConfig extends HttpConfig {
  @IsPortNumber()
  readonly SCHEDULER_PORT: number = 8000;

  /** How far ahead the occurrences of a series are booked. */
  @IsInt()
  @Min(1)
  @Max(90)
  readonly SCHEDULER_SERIES_HORIZON_DAYS: number = 14;

  /** The jobs in Redis as a page at /queues, open to whoever reaches the port. */
  @IsIn(['on', 'off'])
  readonly SCHEDULER_QUEUE_BOARD: 'on' | 'off' = 'off';

  /** That follow /scheduler/events. Each has a connection. */
  @IsInt()
  @Min(1)
  @Max(900)
  readonly SCHEDULER_EVENTS_CLIENTS_MAX: number = 100;

  /** Networks that webhooks may lead to; `public`: every host of the internet. */
  @IsWebhookTargets()
  readonly SCHEDULER_WEBHOOK_TARGETS: string = '127.0.0.0/8,::1/128';
}

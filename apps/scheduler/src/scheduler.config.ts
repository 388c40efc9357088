import { IsIn } from 'class-validator';
import { HttpConfig, IsPortNumber } from '#common/platform';

export class SchedulerConfig extends HttpConfig {
  @IsPortNumber()
  readonly SCHEDULER_PORT: number = 8000;

  /** The jobs in Redis as a page at /queues, open to whoever reaches the port. */
  @IsIn(['on', 'off'])
  readonly SCHEDULER_QUEUE_BOARD: 'on' | 'off' = 'off';
}

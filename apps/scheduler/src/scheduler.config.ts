import { HttpConfig, IsPortNumber } from '#common/platform';

export class SchedulerConfig extends HttpConfig {
  @IsPortNumber()
  readonly SCHEDULER_PORT: number = 8000;
}

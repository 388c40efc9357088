import { IsInt, IsString, Max, Min } from 'class-validator';
import { LoggingConfig } from '#common/platform';

export class SchedulerConfig extends LoggingConfig {
  @IsString()
  readonly HOST: string = '127.0.0.1';

  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly SCHEDULER_PORT: number = 8000;
}

import { IsOptional, IsString } from 'class-validator';
import { LoggingConfig } from '#common/platform';

/** All apps write into one log, beside the terminal that shows what a person wants to see. */
export class GroundConfig extends LoggingConfig {
  @IsOptional()
  @IsString()
  override readonly LOG_FILE: string | undefined = './data/perigee.log';
}

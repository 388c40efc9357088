import { IsNotEmpty, IsString } from 'class-validator';
import { IsUrlOf } from '#common/platform';

/** None has a default: a password that everybody knows is none. */
export class MigrateConfig {
  /** Of a superuser, whom the apps do not know. */
  @IsUrlOf('postgres:', 'postgresql:')
  readonly DATABASE_URL: string | undefined = undefined;

  @IsString()
  @IsNotEmpty()
  readonly POSTGRES_SCHEDULER_PASSWORD: string | undefined = undefined;

  @IsString()
  @IsNotEmpty()
  readonly POSTGRES_INGESTOR_PASSWORD: string | undefined = undefined;

  @IsString()
  @IsNotEmpty()
  readonly POSTGRES_ROCKET_MONITOR_PASSWORD: string | undefined = undefined;
}

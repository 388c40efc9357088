import { IsOptional, IsString } from 'class-validator';
import { IsPortNumber } from '#common/platform';

/** Where the services are. One that is not named is replaced inside the process. */
export class ServicesConfig {
  /** postgres://user:password@host:port/database */
  @IsOptional()
  @IsString()
  readonly DATABASE_URL: string | undefined = undefined;

  @IsOptional()
  @IsString()
  readonly REDIS_URL: string | undefined = undefined;

  @IsOptional()
  @IsString()
  readonly RABBITMQ_URL: string | undefined = undefined;

  /** The embedded PostgreSQL keeps its cluster below this folder. */
  @IsString()
  readonly DATA_FOLDER: string = './data';

  /** 0: any free one. */
  @IsPortNumber()
  readonly EMBEDDED_POSTGRES_PORT: number = 0;
}

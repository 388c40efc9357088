import { IsOptional, IsString, Matches } from 'class-validator';
import { IsPortNumber, IsUrlOf } from '#common/platform';

/** Where the services are. One that is not named is replaced inside the process. */
export class ServicesConfig {
  /** postgres://user:password@host:port/database */
  @IsOptional()
  @IsUrlOf('postgres:', 'postgresql:')
  readonly DATABASE_URL: string | undefined = undefined;

  /** redis://user:password@host:port, or rediss:// for TLS. */
  @IsOptional()
  @Matches(/^rediss?:\/\/[^/]/, { message: 'REDIS_URL must begin with redis:// or rediss://' })
  readonly REDIS_URL: string | undefined = undefined;

  @IsOptional()
  @IsUrlOf('amqp:', 'amqps:')
  readonly RABBITMQ_URL: string | undefined = undefined;

  /** The embedded PostgreSQL keeps its cluster below this folder. */
  @IsString()
  readonly DATA_FOLDER: string = './data';

  /** 0: any free one. */
  @IsPortNumber()
  readonly EMBEDDED_POSTGRES_PORT: number = 0;
}

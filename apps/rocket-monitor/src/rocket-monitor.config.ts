import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { ConfigError, HttpConfig, IsPortNumber } from '#common/platform';

/** Where tracks are kept. */
export const ROCKET_STORES = ['memory', 'redis', 'postgres'] as const;
export type RocketStoreKind = (typeof ROCKET_STORES)[number];

export class RocketMonitorConfig extends HttpConfig {
  @IsPortNumber()
  readonly ROCKET_MONITOR_PORT: number = 8088;

  /** Not set: `redis` where `REDIS_URL` is, else `memory`. */
  @IsOptional()
  @IsIn(ROCKET_STORES)
  readonly ROCKET_STORE: RocketStoreKind | undefined = undefined;

  /** What the rockets' keys in Redis begin with. Bull's begin with `bull:`. */
  @Matches(/^(?!bull(:|$))[\w:{}.-]{0,64}$/, {
    message: 'REDIS_PREFIX must be at most 64 letters, digits and _:{}.- and not begin with bull:',
  })
  readonly REDIS_PREFIX: string = '';

  /** A message of one channel more is answered with 503. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly ROCKET_CHANNELS_MAX: number = 10_000;

  /** Where the memory store keeps a copy of what it knows; its folder must be there. */
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  readonly ROCKET_SNAPSHOT_FILE: string | undefined = undefined;

  /** Messages kept in memory or Redis for telling states of the past; the oldest are forgotten. */
  @IsInt()
  @Min(1_024)
  @Max(100_000_000)
  readonly ROCKET_HISTORY_MAX: number = 200_000;

  /** Clients that follow the rockets live. The server has 1,000 connections for all. */
  @IsInt()
  @Min(1)
  @Max(900)
  readonly ROCKET_EVENTS_CLIENTS_MAX: number = 100;
}

/** Where the rockets are kept, with the address of what keeps them. */
export type RocketPlace =
  { readonly kind: 'memory' } | { readonly kind: 'redis' | 'postgres'; readonly url: string };

export interface RocketPlaces {
  readonly redisUrl?: string | undefined;
  readonly databaseUrl?: string | undefined;
}

/** @throws {ConfigError} when what was chosen has no address */
export function placeOf(
  { ROCKET_STORE }: RocketMonitorConfig,
  { redisUrl, databaseUrl }: RocketPlaces,
): RocketPlace {
  switch (ROCKET_STORE) {
    case 'memory':
      return { kind: 'memory' };
    case 'postgres':
      if (databaseUrl === undefined) throw new ConfigError(NO_DATABASE);
      return { kind: 'postgres', url: databaseUrl };
    case 'redis':
      if (redisUrl === undefined) throw new ConfigError(NO_REDIS);
      return { kind: 'redis', url: redisUrl };
    case undefined:
      return redisUrl === undefined ? { kind: 'memory' } : { kind: 'redis', url: redisUrl };
    default:
      return ROCKET_STORE satisfies never;
  }
}

const NO_REDIS =
  'ROCKET_STORE=redis needs REDIS_URL, the address of a Redis; ' +
  '`./run -r` finds or starts one, ROCKET_STORE=memory needs none.';
const NO_DATABASE =
  'ROCKET_STORE=postgres needs DATABASE_URL, the address of a PostgreSQL; ' +
  '`make run` brings one along, ROCKET_STORE=memory needs none.';

import { IsIn, IsInt, Max, Min } from 'class-validator';
import { HttpConfig, IsPortNumber } from '#common/platform';

/** Where tracks are kept. */
export const ROCKET_STORES = ['memory'] as const;

export class RocketMonitorConfig extends HttpConfig {
  @IsPortNumber()
  readonly ROCKET_MONITOR_PORT: number = 8088;

  @IsIn(ROCKET_STORES)
  readonly ROCKET_STORE: (typeof ROCKET_STORES)[number] = 'memory';

  /** A message of one channel more is answered with 503. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly ROCKET_CHANNELS_MAX: number = 10_000;
}

import { IsInt, Max, Min } from 'class-validator';
import { IsNetworkList } from '#common/datagrams';
import { HttpConfig, IsPortNumber } from '#common/platform';

export class SpaceshipConfig extends HttpConfig {
  @IsPortNumber()
  readonly SPACESHIP_PORT: number = 8001;

  /** Where datagrams may be sent; anything else would make the ship a weapon for strangers. */
  @IsNetworkList()
  readonly SPACESHIP_TARGETS: string = '127.0.0.0/8,::1/128';

  /** Streams that send at the same time; further ones wait. */
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly SPACESHIP_STREAMS_MAX: number = 10;

  @IsInt()
  @Min(0)
  @Max(100_000)
  readonly SPACESHIP_STREAMS_WAITING_MAX: number = 1_000;

  /** Per stream. */
  @IsInt()
  @Min(1)
  @Max(200_000)
  readonly SPACESHIP_DATAGRAMS_PER_SECOND_MAX: number = 10_000;

  /** A stream that nobody stops ends by itself. */
  @IsInt()
  @Min(1)
  @Max(2_000_000)
  readonly SPACESHIP_STREAM_LIFE_SECONDS_MAX: number = 86_400;
}

import { IsString, Length } from 'class-validator';

/** Events of the rocket monitor, each sent when the fact becomes known, whatever the order. */
export const ROCKET_LAUNCHED = 'rocket.launched';
export const ROCKET_EXPLODED = 'rocket.exploded';
export const ROCKET_MISSION_CHANGED = 'rocket.mission-changed';
/** To the rocket monitor: the body of `POST /messages`. Senders are none of our apps. */
export const ROCKET_MESSAGE = 'rocket.message';
/** Request/reply: what is known of one rocket? */
export const ROCKET_GET = 'rocket.get';

export const CHANNEL_CHARS_MAX = 128;

export class RocketLaunchedDto {
  @IsString()
  @Length(1, CHANNEL_CHARS_MAX)
  readonly channel: string;

  @IsString()
  readonly type: string;

  @IsString()
  readonly mission: string;
}

export class RocketExplodedDto {
  @IsString()
  @Length(1, CHANNEL_CHARS_MAX)
  readonly channel: string;

  @IsString()
  readonly reason: string;
}

export class RocketMissionChangedDto {
  @IsString()
  @Length(1, CHANNEL_CHARS_MAX)
  readonly channel: string;

  @IsString()
  readonly mission: string;
}

export class RocketGetDto {
  @IsString()
  @Length(1, CHANNEL_CHARS_MAX)
  readonly channel: string;
}

/** The answer to `rocket.get`. */
export interface RocketGetReply {
  readonly channel: string;
  readonly is_known: boolean;
  /** Empty while the rocket is whole. */
  readonly exploded_reason: string;
}

import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, Max, Min, ValidateIf, ValidateNested } from 'class-validator';
import { CHANNEL_CHARS_MAX } from './rocket-events.js';
import { IsFreeChannel, IsMessageTime, IsSafeInteger } from './rocket-message.decorators.js';
import { IsText } from './text.decorator.js';

/** Types, missions and reasons are kept per channel, so they must have an end. */
export const ROCKET_TEXT_CHARS_MAX = 1_024;

export const ROCKET_MESSAGE_TYPES = [
  'RocketLaunched',
  'RocketSpeedIncreased',
  'RocketSpeedDecreased',
  'RocketExploded',
  'RocketMissionChanged',
] as const;
export type RocketMessageType = (typeof ROCKET_MESSAGE_TYPES)[number];

export class RocketMetadataDto {
  @ApiProperty({ example: '193270a9-c9cf-404a-8f83-838e71d9ae67', maxLength: CHANNEL_CHARS_MAX })
  @IsFreeChannel()
  @IsText(1, CHANNEL_CHARS_MAX)
  readonly channel: string;

  @ApiProperty({ type: 'integer', example: 1, minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  @Max(Number.MAX_SAFE_INTEGER)
  @Min(1)
  @IsInt()
  readonly messageNumber: number;

  @ApiProperty({ example: '2022-02-02T19:39:05.86337+01:00', format: 'date-time' })
  @IsMessageTime()
  readonly messageTime: string;

  @ApiProperty({ enum: ROCKET_MESSAGE_TYPES })
  @IsIn(ROCKET_MESSAGE_TYPES)
  readonly messageType: RocketMessageType;
}

export class RocketLaunchedPayloadDto {
  @ApiProperty({ example: 'Falcon-9', maxLength: ROCKET_TEXT_CHARS_MAX })
  @IsText(0, ROCKET_TEXT_CHARS_MAX)
  readonly type: string;

  @ApiProperty({ type: 'integer', example: 500 })
  @IsSafeInteger()
  readonly launchSpeed: number;

  @ApiProperty({ example: 'ARTEMIS', maxLength: ROCKET_TEXT_CHARS_MAX })
  @IsText(0, ROCKET_TEXT_CHARS_MAX)
  readonly mission: string;
}

export class RocketSpeedPayloadDto {
  @ApiProperty({ type: 'integer', example: 3000 })
  @IsSafeInteger()
  readonly by: number;
}

export class RocketExplodedPayloadDto {
  @ApiProperty({
    example: 'PRESSURE_VESSEL_FAILURE',
    minLength: 1,
    maxLength: ROCKET_TEXT_CHARS_MAX,
    description: 'Never empty: the state tells an explosion by it',
  })
  @IsText(1, ROCKET_TEXT_CHARS_MAX)
  readonly reason: string;
}

export class RocketMissionPayloadDto {
  @ApiProperty({ example: 'SHUTTLE_MIR', maxLength: ROCKET_TEXT_CHARS_MAX })
  @IsText(0, ROCKET_TEXT_CHARS_MAX)
  readonly newMission: string;
}

export type RocketPayloadDto =
  | RocketLaunchedPayloadDto
  | RocketSpeedPayloadDto
  | RocketExplodedPayloadDto
  | RocketMissionPayloadDto;

const PAYLOADS: ReadonlyMap<unknown, new () => RocketPayloadDto> = new Map<
  RocketMessageType,
  new () => RocketPayloadDto
>([
  ['RocketLaunched', RocketLaunchedPayloadDto],
  ['RocketSpeedIncreased', RocketSpeedPayloadDto],
  ['RocketSpeedDecreased', RocketSpeedPayloadDto],
  ['RocketExploded', RocketExplodedPayloadDto],
  ['RocketMissionChanged', RocketMissionPayloadDto],
]);

/** The type that stands beside the payload says which payload it must be. */
const payloadClassOf = (body: unknown): (new () => RocketPayloadDto) | undefined =>
  PAYLOADS.get((body as { metadata?: { messageType?: unknown } | null }).metadata?.messageType);

/** The envelope of the public rockets program; shape and names are fixed, so nothing may be added. */
@ApiExtraModels(
  RocketLaunchedPayloadDto,
  RocketSpeedPayloadDto,
  RocketExplodedPayloadDto,
  RocketMissionPayloadDto,
)
export class RocketMessageDto {
  @ApiProperty({ type: RocketMetadataDto })
  @ValidateNested()
  @IsObject()
  @Type(() => RocketMetadataDto)
  readonly metadata: RocketMetadataDto;

  /** Without a known type there is nothing to check it against: then only the type is reported. */
  @ApiProperty({
    description: 'As `metadata.messageType` says',
    oneOf: [
      RocketLaunchedPayloadDto,
      RocketSpeedPayloadDto,
      RocketExplodedPayloadDto,
      RocketMissionPayloadDto,
    ].map((payload) => ({ $ref: getSchemaPath(payload) })),
  })
  @ValidateIf((body: unknown) => payloadClassOf(body) !== undefined)
  @ValidateNested()
  @IsObject()
  @Type((options) => payloadClassOf(options?.object) ?? Object)
  readonly message: RocketPayloadDto;
}

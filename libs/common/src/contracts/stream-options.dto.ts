import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsNumber, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { IsInstantBetween } from './instant.decorator.js';
import { MayBeMissing } from './may-be-missing.decorator.js';
import { StreamFaultsDto } from './stream-faults.dto.js';

export const STREAM_FORMATS = ['json', 'ccsds'] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

export const STREAM_INTERVAL_SECONDS_MAX = 3_600;
export const STREAM_BATTERIES_MAX = 32;
/** Numbers have 32 bits. */
export const STREAM_COUNT_MAX = 2 ** 32 - 1;
/** A packet cannot say a time before the first; from the second on a stream might pass the last one. */
export const STREAM_EPOCH_MIN = '1970-01-01T00:00:00Z';
export const STREAM_EPOCH_MAX = '2250-01-01T00:00:00Z';

/** How a ship shall send during a contact; chosen at booking, handed on to the ship as it is. */
export class StreamOptionsDto {
  @ApiPropertyOptional({ enum: STREAM_FORMATS, default: 'json' })
  @MayBeMissing()
  @IsIn(STREAM_FORMATS)
  readonly format?: StreamFormat;

  @ApiPropertyOptional({
    example: 0.1,
    description: 'Seconds between datagrams, may be a fraction; 0: as fast as the cap allows',
  })
  @MayBeMissing()
  @IsNumber({ allowInfinity: false, allowNaN: false })
  @Min(0)
  @Max(STREAM_INTERVAL_SECONDS_MAX)
  readonly interval?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: STREAM_BATTERIES_MAX, default: 1 })
  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(STREAM_BATTERIES_MAX)
  readonly batteries?: number;

  @ApiPropertyOptional({ example: 7, description: 'The same seed gives the same readings' })
  @MayBeMissing()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly seed?: number;

  @ApiPropertyOptional({ type: StreamFaultsDto, description: 'What goes wrong on the way' })
  @MayBeMissing()
  @IsObject()
  @ValidateNested()
  @Type(() => StreamFaultsDto)
  readonly faults?: StreamFaultsDto;

  @ApiPropertyOptional({
    example: '2030-01-01T12:00:00Z',
    description:
      "The ship's clock at the first datagram; from there on it goes by the interval alone",
  })
  @MayBeMissing()
  @IsInstantBetween(STREAM_EPOCH_MIN, STREAM_EPOCH_MAX)
  readonly epoch?: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: STREAM_COUNT_MAX,
    description: 'The stream ends by itself after so many numbers',
  })
  @MayBeMissing()
  @IsInt()
  @Min(1)
  @Max(STREAM_COUNT_MAX)
  readonly count?: number;
}

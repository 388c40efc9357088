import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, Max, Min } from 'class-validator';
import { MayBeMissing } from './may-be-missing.decorator.js';

export const STREAM_FORMATS = ['json', 'ccsds'] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

export const STREAM_INTERVAL_SECONDS_MAX = 3_600;
export const STREAM_BATTERIES_MAX = 32;

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
}

import { ApiProperty } from '@nestjs/swagger';
import { formatInstant } from '#common/domain';
import type { Stretch } from './min-max.service.js';

/** What one field of one battery said in a stretch of time. */
export class StretchDto {
  @ApiProperty({ example: '2030-01-01T12:00:00.000Z' })
  readonly start: string;

  @ApiProperty({ example: '2030-01-01T12:02:00.000Z', description: 'The first instant after it' })
  readonly end: string;

  @ApiProperty({ example: 0, minimum: 0, maximum: 255 })
  readonly battery: number;

  @ApiProperty({ example: 'volts' })
  readonly field: string;

  @ApiProperty({ example: 1_200, description: 'Values in it' })
  readonly count: number;

  @ApiProperty({ example: 27.5 })
  readonly min: number;

  @ApiProperty({ example: '2030-01-01T12:01:02.000Z', description: 'The first time it was so low' })
  readonly min_at: string;

  @ApiProperty({ example: 28.5 })
  readonly max: number;

  @ApiProperty({
    example: '2030-01-01T12:00:07.000Z',
    description: 'The first time it was so high',
  })
  readonly max_at: string;

  static of(stretch: Stretch): StretchDto {
    const { battery, field, count, min, max } = stretch;
    return {
      start: formatInstant(stretch.start),
      end: formatInstant(stretch.end),
      battery,
      field,
      count,
      min,
      min_at: formatInstant(stretch.minAt),
      max,
      max_at: formatInstant(stretch.maxAt),
    };
  }
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { CursorQueryDto, FromDigits } from '#common/platform';
import { MissingRangeDto } from './contact-report.dto.js';

const LIMIT_MAX = 10_000;
const LIMIT_DEFAULT = 1_000;

export class MissingQueryDto extends CursorQueryDto {
  @ApiPropertyOptional({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })
  @IsOptional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  readonly limit: number = LIMIT_DEFAULT;
}

/** A page of what a contact misses. */
export class MissingRangesDto {
  @ApiProperty({
    type: 'integer',
    example: 1,
    description: 'Of the report. Another one than on the page before: late data came, begin again',
  })
  readonly revision: number;

  @ApiProperty({
    description:
      'False of an old report that has more ranges than were kept: its list is all there is',
  })
  readonly complete: boolean;

  @ApiProperty({ type: 'integer', example: 4_711, description: 'On all pages, kept or not' })
  readonly missing_ranges_total: number;

  @ApiProperty({ type: [MissingRangeDto], maxItems: LIMIT_MAX, description: 'In order of `from`' })
  readonly missing_ranges: readonly MissingRangeDto[];
}

import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsText } from '#common/contracts';
import { FromDigits } from '#common/platform';
import { ANTENNA_CHARS_MAX } from '../antennas/antenna.dto.js';
import { SHIP_NAME_CHARS_MAX } from '../contacts/contact.dto.js';

const PAST_DAYS_MAX = 366;
const FUTURE_DAYS_MAX = 366;

export class CalendarQueryDto {
  @ApiPropertyOptional({ maxLength: SHIP_NAME_CHARS_MAX })
  @IsOptional()
  @IsText(1, SHIP_NAME_CHARS_MAX)
  readonly ship_name?: string;

  @ApiPropertyOptional({ maxLength: ANTENNA_CHARS_MAX })
  @IsOptional()
  @IsText(1, ANTENNA_CHARS_MAX)
  readonly antenna?: string;

  @ApiPropertyOptional({ minimum: 0, maximum: PAST_DAYS_MAX, default: 7 })
  @IsOptional()
  @FromDigits()
  @IsInt()
  @Min(0)
  @Max(PAST_DAYS_MAX)
  readonly past_days: number = 7;

  @ApiPropertyOptional({ minimum: 0, maximum: FUTURE_DAYS_MAX, default: 60 })
  @IsOptional()
  @FromDigits()
  @IsInt()
  @Min(0)
  @Max(FUTURE_DAYS_MAX)
  readonly future_days: number = 60;
}

import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { MayBeMissing } from '#common/contracts';
import { FromDigits } from '#common/platform';
import { ROCKET_VIEWS, type RocketViewKind } from './rocket-view.js';

export class RocketViewQueryDto {
  @ApiPropertyOptional({
    enum: ROCKET_VIEWS,
    description: 'best-effort: by all messages taken; exact: by those before the first missing',
  })
  @IsOptional()
  @IsIn(ROCKET_VIEWS)
  readonly view: RocketViewKind = 'best-effort';

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'The state as of this message number; higher ones do not count',
  })
  @MayBeMissing()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly as_of?: number;
}

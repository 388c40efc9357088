import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { MayBeMissing } from '#common/contracts';
import { ROCKET_VIEWS, type RocketViewKind } from './rocket-view.js';

/** Digits become a number; any other text stays, and is refused: `1e3` is no message number. */
const digitsToNumber = ({ value }: { readonly value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;

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
  @Transform(digitsToNumber)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly as_of?: number;
}

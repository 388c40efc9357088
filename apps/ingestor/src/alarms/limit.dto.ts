import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsNumber, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { MayBeMissing } from '#common/contracts';
import { FromDigits, ValidationException } from '#common/platform';
import { faultOf, type Limit, type LimitBand } from './limit.js';
import type { LimitKey, ShipLimit } from './ship-limit.js';

export const BATTERY_MAX = 255;
const SECONDS_MAX = 86_400;
const STALE_AFTER_SECONDS_MIN = 1;
const FINITE = '$property must be a finite number';

export class LimitQueryDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: BATTERY_MAX,
    description: 'Without one: for all batteries that have no limit of their own',
  })
  @MayBeMissing()
  @FromDigits()
  @IsInt()
  @Min(0)
  @Max(BATTERY_MAX)
  readonly battery?: number;
}

/** Both bounds are inside. */
export class LimitBandDto {
  @ApiPropertyOptional({ type: Number, nullable: true, example: 22 })
  @IsOptional()
  @IsNumber({}, { message: FINITE })
  readonly low?: number | null;

  @ApiPropertyOptional({ type: Number, nullable: true, example: 30 })
  @IsOptional()
  @IsNumber({}, { message: FINITE })
  readonly high?: number | null;
}

export class PutLimitDto {
  @ApiPropertyOptional({ type: LimitBandDto, nullable: true })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LimitBandDto)
  readonly warning?: LimitBandDto | null;

  @ApiPropertyOptional({ type: LimitBandDto, nullable: true })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LimitBandDto)
  readonly critical?: LimitBandDto | null;

  @ApiPropertyOptional({
    default: 0,
    minimum: 0,
    maximum: SECONDS_MAX,
    description: "Seconds by the ship's clock: outside for so long before it counts",
  })
  @MayBeMissing()
  @IsNumber({}, { message: FINITE })
  @Min(0)
  @Max(SECONDS_MAX)
  readonly persistence?: number;

  @ApiPropertyOptional({
    default: 0,
    minimum: 0,
    description: 'In the unit of the field: inside by so much before it is over',
  })
  @MayBeMissing()
  @IsNumber({}, { message: FINITE })
  @Min(0)
  readonly hysteresis?: number;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    default: null,
    minimum: STALE_AFTER_SECONDS_MIN,
    maximum: SECONDS_MAX,
    description: 'Seconds that nothing may come for during a contact',
  })
  @IsOptional()
  @IsNumber({}, { message: FINITE })
  @Min(STALE_AFTER_SECONDS_MIN)
  @Max(SECONDS_MAX)
  readonly stale_after?: number | null;
}

export class BandDto {
  @ApiProperty({ type: Number, nullable: true, example: 22 })
  readonly low: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 30 })
  readonly high: number | null;
}

export class LimitDto {
  @ApiProperty({ example: 'volts' })
  readonly field: string;

  @ApiProperty({ type: Number, nullable: true, description: 'null: all without one of their own' })
  readonly battery: number | null;

  @ApiProperty({ type: BandDto, nullable: true })
  readonly warning: BandDto | null;

  @ApiProperty({ type: BandDto, nullable: true })
  readonly critical: BandDto | null;

  @ApiProperty({ example: 2 })
  readonly persistence: number;

  @ApiProperty({ example: 0.5 })
  readonly hysteresis: number;

  @ApiProperty({ type: Number, nullable: true, example: 10 })
  readonly stale_after: number | null;

  static of({ field, battery, limit }: ShipLimit): LimitDto {
    return {
      field,
      battery,
      warning: limit.warning,
      critical: limit.critical,
      persistence: limit.persistenceSeconds,
      hysteresis: limit.hysteresis,
      stale_after: limit.staleAfterSeconds,
    };
  }
}

/** @throws {ValidationException} when it cannot be a limit */
export function shipLimitOf(key: LimitKey, dto: PutLimitDto | undefined): ShipLimit {
  const limit: Limit = {
    warning: bandOf(dto?.warning),
    critical: bandOf(dto?.critical),
    persistenceSeconds: dto?.persistence ?? 0,
    hysteresis: dto?.hysteresis ?? 0,
    staleAfterSeconds: dto?.stale_after ?? null,
  };
  const fault = faultOf(limit);
  if (fault !== null) throw new ValidationException([{ field: 'body', message: fault }]);
  return { ...key, limit };
}

/** No bound is no band. */
function bandOf(dto: LimitBandDto | null | undefined): LimitBand | null {
  const { low = null, high = null } = dto ?? {};
  return low === null && high === null ? null : { low, high };
}

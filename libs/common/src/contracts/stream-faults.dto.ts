import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsNumber, IsObject, Max, Min, ValidateBy, ValidateNested } from 'class-validator';
import { MayBeMissing } from './may-be-missing.decorator.js';

export const FAULT_BURST_LENGTH_MAX = 10_000;
export const FAULT_REORDER_DEPTH_MAX = 1_000;
export const FAULT_DELAY_MS_MAX = 60_000;
export const FAULT_BLACKOUTS_MAX = 100;
/** No stream lives longer. */
export const FAULT_BLACKOUT_SECONDS_MAX = 2_000_000;

/** A probability, from 0 (never) to 1 (always). */
const IsProbability = (): PropertyDecorator => (target, name) => {
  IsNumber({ allowInfinity: false, allowNaN: false })(target, name);
  Min(0)(target, name);
  Max(1)(target, name);
};

const isNumberIn = (value: unknown, max: number): value is number =>
  typeof value === 'number' && value >= 0 && value <= max;

const isSpan = (value: unknown, max: number): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((edge) => isNumberIn(edge, max));

const isDelay = (value: unknown): boolean =>
  isSpan(value, FAULT_DELAY_MS_MAX) && value[0] <= value[1];

const isBlackoutList = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= FAULT_BLACKOUTS_MAX &&
  value.every((span) => isSpan(span, FAULT_BLACKOUT_SECONDS_MAX) && span[0] < span[1]);

const Fits = (
  name: string,
  validate: (value: unknown) => boolean,
  rule: string,
): PropertyDecorator =>
  ValidateBy({
    name,
    validator: { validate, defaultMessage: (args) => `${args?.property} must be ${rule}` },
  });

export class FaultBurstDto {
  @ApiProperty({ example: 0.001, minimum: 0, maximum: 1 })
  @IsProbability()
  readonly probability: number;

  @ApiProperty({ example: 20, minimum: 1, maximum: FAULT_BURST_LENGTH_MAX })
  @IsInt()
  @Min(1)
  @Max(FAULT_BURST_LENGTH_MAX)
  readonly length: number;
}

export class FaultReorderDto {
  @ApiProperty({ example: 0.05, minimum: 0, maximum: 1 })
  @IsProbability()
  readonly probability: number;

  @ApiProperty({ example: 10, minimum: 1, maximum: FAULT_REORDER_DEPTH_MAX })
  @IsInt()
  @Min(1)
  @Max(FAULT_REORDER_DEPTH_MAX)
  readonly depth: number;
}

/** What goes wrong on the way from the ship; every decision comes from the stream's seed. */
export class StreamFaultsDto {
  @ApiPropertyOptional({ example: 0.01, description: 'Of each number: nothing of it leaves' })
  @MayBeMissing()
  @IsProbability()
  readonly loss?: number;

  @ApiPropertyOptional({ description: 'A burst loses that many numbers in a row' })
  @MayBeMissing()
  @IsObject()
  @ValidateNested()
  @Type(() => FaultBurstDto)
  readonly burst?: FaultBurstDto;

  @ApiPropertyOptional({ example: 0.01, description: 'Of each number: it leaves twice' })
  @MayBeMissing()
  @IsProbability()
  readonly duplicate?: number;

  @ApiPropertyOptional({ description: 'Held back behind up to `depth` later ones' })
  @MayBeMissing()
  @IsObject()
  @ValidateNested()
  @Type(() => FaultReorderDto)
  readonly reorder?: FaultReorderDto;

  @ApiPropertyOptional({ example: 0.01, description: 'Of each datagram that leaves' })
  @MayBeMissing()
  @IsProbability()
  readonly corrupt?: number;

  @ApiPropertyOptional({ type: [Number], example: [20, 80], description: 'Least and most' })
  @MayBeMissing()
  @Fits('isDelay', isDelay, `[least, most] in milliseconds, up to ${FAULT_DELAY_MS_MAX}`)
  readonly delay_ms?: readonly [number, number];

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'array', items: { type: 'number' } },
    example: [[10, 15]],
    description: 'From and to, in seconds since the first datagram: it is recorded, and sent then',
  })
  @MayBeMissing()
  @Fits(
    'isBlackoutList',
    isBlackoutList,
    `up to ${FAULT_BLACKOUTS_MAX} of [from, to] in seconds, up to ${FAULT_BLACKOUT_SECONDS_MAX}`,
  )
  readonly blackouts?: readonly (readonly [number, number])[];
}

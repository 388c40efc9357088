import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import { PageQueryDto } from '#common/platform';
import { IncludeParameter, type RECEIVED_AT } from './include-parameter.js';
import { BatteryListParameter, FieldListParameter } from './list-parameter.js';
import { EndParameter, StartParameter } from './range-parameter.js';

export const STRATEGIES = ['raw', 'minmax', 'latest'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const SIZE_MAX = 10_000;
export const SIZE_DEFAULT = 1_000;
const SIZE = /^\d{1,6}(\.\d{1,20})?$/;

export class SamplesQueryDto extends PageQueryDto {
  @StartParameter()
  readonly start?: string;

  @EndParameter()
  readonly end?: string;

  @FieldListParameter()
  readonly field?: readonly string[];

  @BatteryListParameter()
  readonly battery?: readonly string[];

  @IncludeParameter()
  readonly include?: typeof RECEIVED_AT;

  @StrategyParameter()
  readonly strategy: Strategy = 'raw';

  @SizeParameter('strategy=minmax: at most so many stretches of each series')
  readonly size?: string;
}

export class LatestQueryDto {
  @IncludeParameter()
  readonly include?: typeof RECEIVED_AT;
}

/** Of Open MCT's history: the shape is its client's, not ours. */
export class HistoryQueryDto {
  @StartParameter()
  readonly start?: string;

  @EndParameter()
  readonly end?: string;

  @StrategyParameter()
  readonly strategy: Strategy = 'raw';

  @SizeParameter('strategy=minmax: at most so many points of each id')
  readonly size?: string;
}

export function StrategyParameter(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ enum: STRATEGIES, default: 'raw' }),
    IsOptional(),
    IsIn(STRATEGIES),
  );
}

/** Plots ask for as many points as they are wide, with parts of one. */
export function SizeParameter(description: string): PropertyDecorator {
  const isSize = (value: unknown): boolean =>
    typeof value === 'string' &&
    SIZE.test(value) &&
    Number(value) >= 1 &&
    Number(value) <= SIZE_MAX;
  return applyDecorators(
    ApiPropertyOptional({
      type: Number,
      minimum: 1,
      maximum: SIZE_MAX,
      default: SIZE_DEFAULT,
      example: 734.5,
      description,
    }),
    IsOptional(),
    ValidateBy({
      name: 'isSize',
      validator: {
        validate: isSize,
        defaultMessage: () => `size must be a number from 1 to ${SIZE_MAX}`,
      },
    }),
  );
}

/** Whole: part of a point is none. */
export const sizeIn = (text: string | undefined): number =>
  text === undefined ? SIZE_DEFAULT : Math.floor(Number(text));

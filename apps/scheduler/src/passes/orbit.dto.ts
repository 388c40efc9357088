import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsString,
  MaxLength,
} from 'class-validator';
import { MayBeMissing } from '#common/contracts';
import { formatInstant, type Instant } from '#common/domain';
import { ValidationException } from '#common/platform';
import type { ElementSet } from './mean-elements.js';
import { keptOmm } from './omm.js';
import { ageDays, isStale } from './orbit.js';
import { catalogNumberOf, type ShipElements } from './ship-elements.js';

const TLE_TEXT_CHARS_MAX = 128;

export class PutOrbitDto {
  @ApiPropertyOptional({
    type: [String],
    description: 'The two lines; a line with the name of the object may stand before them',
    example: [
      '1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927',
      '2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537',
    ],
  })
  @MayBeMissing()
  @IsArray()
  @ArrayMinSize(2)
  @ArrayMaxSize(3)
  @IsString({ each: true })
  @MaxLength(TLE_TEXT_CHARS_MAX, { each: true })
  readonly tle?: readonly string[];

  @ApiPropertyOptional({
    type: Object,
    description: 'An orbit mean-elements message (CCSDS 502.0-B) of SGP4, as JSON',
  })
  @MayBeMissing()
  @IsObject()
  readonly omm?: Readonly<Record<string, unknown>>;
}

export class OrbitDto {
  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiPropertyOptional({ type: [String] })
  readonly tle?: readonly string[];

  @ApiPropertyOptional({ type: Object, description: 'The fields that are used' })
  readonly omm?: Readonly<Record<string, string | number>>;

  @ApiProperty({ type: String, nullable: true, example: '25544' })
  readonly catalog_number: string | null;

  @ApiProperty({ example: '2008-09-20T12:25:40.104192Z' })
  readonly elements_epoch: string;

  @ApiProperty({ example: 1.5, description: 'Now; negative before the epoch' })
  readonly elements_age_days: number;

  @ApiProperty({ description: 'More than seven days away from the epoch: ask for newer elements' })
  readonly is_stale: boolean;
}

/** @throws {ValidationException} unless it is one set of elements */
export function elementSetOf(dto: PutOrbitDto | undefined): ElementSet {
  const { tle, omm } = dto ?? {};
  if ((tle === undefined) === (omm === undefined))
    throw refused('body', 'The body must have either tle or omm');
  if (omm !== undefined) return { omm: keptOmm(omm) };
  const lines = (tle ?? []).slice(-2).map((line) => line.trimEnd());
  return { tle: [lines[0]!, lines[1]!] };
}

export function orbitDtoOf(ship: ShipElements, now: Instant): OrbitDto {
  return {
    ship_name: ship.shipName,
    ...ship.set,
    catalog_number: catalogNumberOf(ship.set),
    ...ageOf(ship.epoch, now),
  };
}

/** How old the elements are at a moment. */
export const ageOf = (
  epoch: Instant,
  at: Instant,
): Pick<OrbitDto, 'elements_epoch' | 'elements_age_days' | 'is_stale'> => ({
  elements_epoch: formatInstant(epoch),
  elements_age_days: rounded(ageDays(epoch, at), 3),
  is_stale: isStale(epoch, at),
});

export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const refused = (field: string, message: string): ValidationException =>
  new ValidationException([{ field, message }]);

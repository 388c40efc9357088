import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, Max, Min } from 'class-validator';
import { IsInstant, isText, IsText, MayBeMissing } from '#common/contracts';
import { formatInstant, type Instant, parseInstant } from '#common/domain';
import { decodeCursor, FromDecimal, PageQueryDto } from '#common/platform';
import { NAME_CHARS_MAX } from './names.js';
import { ageOf, rounded } from './orbit.dto.js';
import { type PassPoint, passSeconds } from './pass.js';
import { type PassPosition, type PassQuery, WINDOW_DAYS_MAX } from './passes.service.js';
import type { Prediction } from './predictions.js';

export const PASS_SECONDS_MAX = WINDOW_DAYS_MAX * 86_400;
const FROM = 'Now, where it is not given';
const TO = `A day after from, where it is not given; ${WINDOW_DAYS_MAX} days at most`;

export class PassesQueryDto extends PageQueryDto {
  @ApiProperty({ example: 'USS Enterprise' })
  @IsText(1, NAME_CHARS_MAX)
  readonly ship: string;

  @ApiPropertyOptional({ example: 'Kiruna', description: 'Without one: over all stations' })
  @MayBeMissing()
  @IsText(1, NAME_CHARS_MAX)
  readonly station?: string;

  @ApiPropertyOptional({ example: '2030-01-01T00:00:00Z', description: FROM })
  @MayBeMissing()
  @IsInstant()
  readonly from?: string;

  @ApiPropertyOptional({ example: '2030-01-02T00:00:00Z', description: TO })
  @MayBeMissing()
  @IsInstant()
  readonly to?: string;

  @ApiPropertyOptional({ default: 0, description: 'Seconds within the window' })
  @MayBeMissing()
  @FromDecimal()
  @IsNumber()
  @Min(0)
  @Max(PASS_SECONDS_MAX)
  readonly min_duration?: number;

  @ApiPropertyOptional({ default: 0, description: 'Degrees at the highest point' })
  @MayBeMissing()
  @FromDecimal()
  @IsNumber()
  @Min(0)
  @Max(90)
  readonly min_elevation?: number;
}

export class PassPointDto {
  @ApiProperty({ example: '2030-01-01T12:00:00.123Z', description: 'To the millisecond' })
  readonly at: string;

  @ApiProperty({ example: 208.157, description: 'From the north over the east' })
  readonly azimuth_deg: number;

  @ApiProperty({ example: 65.592, description: 'Without refraction' })
  readonly elevation_deg: number;

  @ApiProperty({ example: 452.78 })
  readonly range_km: number;
}

export class PassDto {
  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ example: 'Kiruna' })
  readonly station: string;

  @ApiProperty({ example: 'Kiruna-1' })
  readonly antenna: string;

  @ApiProperty({ description: 'The rise, or the begin of the window' })
  readonly starts_at: string;

  @ApiProperty({ description: 'The set, or the end of the window' })
  readonly ends_at: string;

  @ApiProperty({ example: 396.2, description: 'Seconds from starts_at to ends_at' })
  readonly duration: number;

  @ApiProperty({ type: PassPointDto, nullable: true, description: 'null: before the window' })
  readonly rise: PassPointDto | null;

  @ApiProperty({ type: PassPointDto, description: 'The highest point within the window' })
  readonly culmination: PassPointDto;

  @ApiProperty({ type: PassPointDto, nullable: true, description: 'null: behind the window' })
  readonly set: PassPointDto | null;

  @ApiProperty({ example: '2029-12-31T06:00:00.000Z' })
  readonly elements_epoch: string;

  @ApiProperty({ example: 1.25, description: 'At the culmination; negative before the epoch' })
  readonly elements_age_days: number;

  @ApiProperty({ description: 'More than seven days away from the epoch: seconds off, or more' })
  readonly is_stale: boolean;
}

export const passQueryOf = (dto: PassesQueryDto): PassQuery => ({
  shipName: dto.ship,
  stationName: dto.station ?? null,
  from: instantOrNull(dto.from),
  to: instantOrNull(dto.to),
  durationSecondsMin: dto.min_duration ?? 0,
  elevationMin: dto.min_elevation ?? 0,
});

/** A checked text. */
export const instantOrNull = (text: string | undefined): Instant | null =>
  text === undefined ? null : parseInstant(text);

/** @throws {ValidationException} */
export const passPositionOf = (cursor: string | undefined): PassPosition | null =>
  cursor === undefined ? null : decodeCursor(cursor, isPosition);

const isPosition = (value: readonly unknown[]): value is PassPosition =>
  value.length === 4 &&
  isText(value[1], 1, NAME_CHARS_MAX) &&
  [value[0], value[2], value[3]].every((instant) => Number.isSafeInteger(instant));

export function passDtoOf({ orbit, station, pass }: Prediction): PassDto {
  return {
    ship_name: orbit.shipName,
    station: station.name,
    antenna: station.antenna,
    starts_at: formatInstant(pass.visible.from),
    ends_at: formatInstant(pass.visible.to),
    duration: passSeconds(pass),
    rise: pass.rise && pointDtoOf(pass.rise),
    culmination: pointDtoOf(pass.culmination),
    set: pass.set && pointDtoOf(pass.set),
    ...ageOf(orbit.elements.epoch, pass.culmination.at),
  };
}

const pointDtoOf = ({ at, azimuth, elevation, rangeKm }: PassPoint): PassPointDto => ({
  at: formatInstant(at),
  azimuth_deg: rounded(azimuth, 3),
  elevation_deg: rounded(elevation, 3),
  range_km: rounded(rangeKm, 3),
});

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';
import { IsText, MayBeMissing } from '#common/contracts';
import { NAME_CHARS_MAX } from './names.js';
import type { Station } from './station.js';

const ALTITUDE_METRES = { min: -500, max: 20_000 };

export class PutStationDto {
  @ApiProperty({
    example: 67.8571,
    minimum: -90,
    maximum: 90,
    description: 'Degrees north, WGS 84',
  })
  @IsNumber()
  @Min(-90)
  @Max(90)
  readonly latitude: number;

  @ApiProperty({ example: 20.9643, minimum: -180, maximum: 180, description: 'Degrees east' })
  @IsNumber()
  @Min(-180)
  @Max(180)
  readonly longitude: number;

  @ApiPropertyOptional({ example: 402, default: 0, description: 'Above the ellipsoid' })
  @MayBeMissing()
  @IsNumber()
  @Min(ALTITUDE_METRES.min)
  @Max(ALTITUDE_METRES.max)
  readonly altitude_m?: number;

  @ApiPropertyOptional({
    example: 5,
    default: 0,
    minimum: 0,
    maximum: 89,
    description: 'A ship counts as in sight from here up',
  })
  @MayBeMissing()
  @IsNumber()
  @Min(0)
  @Max(89)
  readonly min_elevation_deg?: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Kiruna-1',
    description: 'What its contacts book; without one: the name of the station',
  })
  @IsOptional()
  @IsText(1, NAME_CHARS_MAX)
  readonly antenna?: string | null;
}

export class StationDto {
  @ApiProperty({ example: 'Kiruna' })
  readonly name: string;

  @ApiProperty({ example: 67.8571 })
  readonly latitude: number;

  @ApiProperty({ example: 20.9643 })
  readonly longitude: number;

  @ApiProperty({ example: 402 })
  readonly altitude_m: number;

  @ApiProperty({ example: 5 })
  readonly min_elevation_deg: number;

  @ApiProperty({ example: 'Kiruna-1' })
  readonly antenna: string;
}

export const stationOf = (name: string, dto: PutStationDto): Station => ({
  name,
  latitudeDegrees: dto.latitude,
  longitudeDegrees: dto.longitude,
  altitudeMetres: dto.altitude_m ?? 0,
  elevationMinDegrees: dto.min_elevation_deg ?? 0,
  antenna: dto.antenna ?? name,
});

export const stationDtoOf = (station: Station): StationDto => ({
  name: station.name,
  latitude: station.latitudeDegrees,
  longitude: station.longitudeDegrees,
  altitude_m: station.altitudeMetres,
  min_elevation_deg: station.elevationMinDegrees,
  antenna: station.antenna,
});

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsInstant, IsText, MayBeMissing, StreamOptionsDto } from '#common/contracts';
import { PRIORITY_MAX } from '../contacts/contact.dto.js';
import { NAME_CHARS_MAX } from './names.js';
import { instantOrNull, PASS_SECONDS_MAX } from './pass.dto.js';
import { PLAN_SHIPS_MAX, PLAN_STATIONS_MAX, type PlanRequest } from './plans.service.js';

const MARGIN_SECONDS_MAX = 3_600;

export class PlanShipDto {
  @ApiProperty({ example: 'USS Enterprise' })
  @IsText(1, NAME_CHARS_MAX)
  readonly ship_name: string;

  @ApiPropertyOptional({ default: 0, description: 'The higher takes first; that of its contacts' })
  @MayBeMissing()
  @IsInt()
  @Min(-PRIORITY_MAX)
  @Max(PRIORITY_MAX)
  readonly priority?: number;
}

export class ProposePlanDto {
  @ApiPropertyOptional({ type: [PlanShipDto], description: 'Without: all that have elements' })
  @MayBeMissing()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PLAN_SHIPS_MAX)
  @ArrayUnique((ship: PlanShipDto | null) => ship?.ship_name)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => PlanShipDto)
  readonly ships?: readonly PlanShipDto[];

  @ApiPropertyOptional({ type: [String], example: ['Kiruna'], description: 'Without: all' })
  @MayBeMissing()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PLAN_STATIONS_MAX)
  @ArrayUnique()
  @IsString({ each: true })
  readonly stations?: readonly string[];

  @ApiPropertyOptional({ example: '2030-01-01T00:00:00Z', description: 'Without: now' })
  @MayBeMissing()
  @IsInstant()
  readonly from?: string;

  @ApiPropertyOptional({ example: '2030-01-02T00:00:00Z', description: 'Without: a day later' })
  @MayBeMissing()
  @IsInstant()
  readonly to?: string;

  @ApiPropertyOptional({ default: 0, description: 'Seconds' })
  @MayBeMissing()
  @IsNumber()
  @Min(0)
  @Max(PASS_SECONDS_MAX)
  readonly min_duration?: number;

  @ApiPropertyOptional({ default: 0, description: 'Degrees at the highest point' })
  @MayBeMissing()
  @IsNumber()
  @Min(0)
  @Max(90)
  readonly min_elevation?: number;

  @ApiPropertyOptional({
    default: 0,
    maximum: MARGIN_SECONDS_MAX,
    description: 'Seconds that stay free on an antenna between two contacts',
  })
  @MayBeMissing()
  @IsInt()
  @Min(0)
  @Max(MARGIN_SECONDS_MAX)
  readonly margin_s?: number;

  @ApiPropertyOptional({ default: false, description: 'Book the plan, all of it or nothing' })
  @MayBeMissing()
  @IsBoolean()
  readonly book?: boolean;

  @ApiPropertyOptional({ type: StreamOptionsDto, description: 'How the ships shall send' })
  @MayBeMissing()
  @IsObject()
  @ValidateNested()
  @Type(() => StreamOptionsDto)
  readonly stream?: StreamOptionsDto;
}

export function planRequestOf(dto: ProposePlanDto | undefined): PlanRequest {
  const ships = dto?.ships ?? null;
  return {
    shipNames: ships && ships.map(({ ship_name }) => ship_name),
    priorities: new Map(ships?.map(({ ship_name, priority }) => [ship_name, priority ?? 0])),
    stationNames: dto?.stations ?? null,
    from: instantOrNull(dto?.from),
    to: instantOrNull(dto?.to),
    durationSecondsMin: dto?.min_duration ?? 0,
    elevationMin: dto?.min_elevation ?? 0,
    marginSeconds: dto?.margin_s ?? 0,
    isToBeBooked: dto?.book ?? false,
    // A DTO has all its fields, those not given as undefined.
    stream: Object.assign({}, dto?.stream, { format: dto?.stream?.format ?? 'json' }),
  };
}

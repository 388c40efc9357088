import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsOptional,
  IsString,
  MaxLength,
  ValidateBy,
} from 'class-validator';
import { IsInstant, IsText, MayBeMissing } from '#common/contracts';
import { parseInstant } from '#common/domain';
import { ReasonQueryDto } from '../contacts/cause.dto.js';
import { BookContactDto } from '../contacts/contact.dto.js';
import { parseLocalTime } from './recurrence/local-time.js';
import { RULE_CHARS_MAX } from './recurrence/rule-reader.js';
import { EXCLUDE_MAX } from './series.js';

const ZONE_CHARS_MAX = 64;

const IsLocalTimes = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isLocalTime',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && parseLocalTime(value) !== null,
        defaultMessage: (args) =>
          `each of ${args?.property} must be a local time, such as 2030-01-01T09:00:00`,
      },
    },
    { each: true },
  );

/** With an offset, or as clocks show it. */
const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && (parseLocalTime(value) ?? parseInstant(value)) !== null,
      defaultMessage: (args) =>
        `${args?.property} must be a local time, such as 2030-01-01T09:00:00, or one with an offset`,
    },
  });

export class CreateSeriesDto extends PickType(BookContactDto, [
  'ship_name',
  'duration',
  'antenna',
  'priority',
  'channel',
  'stream',
]) {
  @ApiProperty({
    example: '2030-01-01T09:00:00',
    description: 'Local time of time_zone; or an instant with an offset, then the zone is UTC',
  })
  @IsTime()
  readonly start: string;

  @ApiPropertyOptional({ example: 'Europe/Berlin', description: 'A name of the IANA database' })
  @MayBeMissing()
  @IsText(1, ZONE_CHARS_MAX)
  readonly time_zone?: string;

  @ApiProperty({ example: 'FREQ=DAILY;BYHOUR=9;COUNT=30', maxLength: RULE_CHARS_MAX })
  @IsString()
  @MaxLength(RULE_CHARS_MAX)
  readonly rrule: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['2030-01-06T09:00:00'],
    description: `Local times of time_zone, at most ${EXCLUDE_MAX}`,
  })
  @MayBeMissing()
  @IsArray()
  @ArrayMaxSize(EXCLUDE_MAX)
  @IsLocalTimes()
  readonly exclude?: string[];
}

/** Takes occurrences away; those that are booked already are cancelled. */
export class ChangeSeriesDto {
  @ApiPropertyOptional({ type: [String], description: 'Further local times' })
  @MayBeMissing()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(EXCLUDE_MAX)
  @IsLocalTimes()
  readonly exclude?: string[];

  @ApiPropertyOptional({
    example: '2030-03-01T09:00:00',
    description: 'The last time that an occurrence may have, local or with an offset',
  })
  @MayBeMissing()
  @IsTime()
  readonly until?: string;
}

export class EndSeriesQueryDto extends ReasonQueryDto {
  @ApiPropertyOptional({ description: 'The first occurrence that goes; without it: from now on' })
  @IsOptional()
  @IsInstant()
  readonly from?: string;
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { type AlarmMessage, IsText, MayBeMissing } from '#common/contracts';
import { PageQueryDto } from '#common/platform';
import {
  ALARM_KINDS,
  ALARM_SEVERITIES,
  ALARM_STATES,
  type AlarmKind,
  type AlarmSeverity,
  type AlarmState,
} from './alarm.js';

const NAME_CHARS_MAX = 128;
const COMMENT_CHARS_MAX = 1_000;

export class AlarmsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ALARM_STATES })
  @MayBeMissing()
  @IsIn(ALARM_STATES)
  readonly state?: AlarmState;

  @ApiPropertyOptional({ example: 'USS Enterprise' })
  @MayBeMissing()
  @IsText(1, NAME_CHARS_MAX)
  readonly ship?: string;

  @ApiPropertyOptional({ enum: ALARM_SEVERITIES })
  @MayBeMissing()
  @IsIn(ALARM_SEVERITIES)
  readonly severity?: AlarmSeverity;
}

export class AcknowledgeDto {
  @ApiProperty({ example: 'Uhura', minLength: 1, maxLength: NAME_CHARS_MAX })
  @IsText(1, NAME_CHARS_MAX, {
    message: `by must be the name of who acknowledges: text of 1 to ${NAME_CHARS_MAX} characters, without NUL`,
  })
  readonly by: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: COMMENT_CHARS_MAX })
  @IsOptional()
  @IsText(0, COMMENT_CHARS_MAX)
  readonly comment?: string | null;
}

export class WorstValueDto {
  @ApiProperty({ example: 19.5 })
  readonly value: number;

  @ApiProperty({ example: '2030-01-01T12:00:02.000Z' })
  readonly at: string;
}

export class AcknowledgementDto {
  @ApiProperty({ example: 'Uhura' })
  readonly by: string;

  @ApiProperty({ example: '2030-01-01T12:01:00.000Z', description: 'By our clock' })
  readonly at: string;

  @ApiProperty({ type: String, nullable: true })
  readonly comment: string | null;
}

export class AlarmDto implements AlarmMessage {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship: string;

  @ApiProperty({ type: Number, nullable: true, example: 0, description: 'null: any, if stale' })
  readonly battery: number | null;

  @ApiProperty({ example: 'volts' })
  readonly field: string;

  @ApiProperty({ enum: ALARM_KINDS })
  readonly kind: AlarmKind;

  @ApiProperty({ enum: ALARM_STATES })
  readonly state: AlarmState;

  @ApiProperty({ enum: ALARM_SEVERITIES })
  readonly severity: AlarmSeverity;

  @ApiProperty({ type: Number, nullable: true, description: 'What made it so grave; stale: null' })
  readonly value: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'The bound; stale: the seconds' })
  readonly limit: number | null;

  @ApiProperty({ example: '2030-01-01T12:00:00.000Z', description: "By the ship's clock" })
  readonly raised_at: string;

  @ApiProperty({ type: WorstValueDto, nullable: true })
  readonly worst: WorstValueDto | null;

  @ApiProperty({ example: '2030-01-01T12:00:01.000Z' })
  readonly changed_at: string;

  @ApiProperty({ type: String, nullable: true })
  readonly cleared_at: string | null;

  @ApiProperty({ type: AcknowledgementDto, nullable: true })
  readonly acknowledged: AcknowledgementDto | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly contact_id: string | null;
}

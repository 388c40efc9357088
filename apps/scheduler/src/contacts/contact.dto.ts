import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import {
  CHANNEL_CHARS_MAX,
  type ContactReport,
  IsInstant,
  IsText,
  MayBeMissing,
  STREAM_FORMATS,
  StreamOptionsDto,
} from '#common/contracts';
import {
  CONTACT_STATES,
  type ContactState,
  formatInstant,
  latenessMs,
  parseInstant,
  startJobId,
} from '#common/domain';
import { FromDigits, ValidationException } from '#common/platform';
import { ANTENNA_CHARS_MAX } from '../antennas/antenna.dto.js';
import type { ContactChange, NewContact, StoredContact } from './contact-store.port.js';

export const SHIP_NAME_CHARS_MAX = 128;
/** Seven days. A contact over a pass lasts minutes; one that never ends holds a port for ever. */
export const DURATION_SECONDS_MAX = 604_800;
export const PRIORITY_MAX = 1_000;

export class BookContactDto {
  @ApiProperty({ example: 'USS Enterprise', minLength: 1, maxLength: SHIP_NAME_CHARS_MAX })
  @IsText(1, SHIP_NAME_CHARS_MAX)
  readonly ship_name: string;

  @ApiProperty({
    example: '2030-01-01T12:00:00.342210+00:00',
    description: 'ISO 8601 with an offset; must lie in the future',
  })
  @IsInstant()
  readonly start_time: string;

  @ApiProperty({
    oneOf: [{ type: 'integer' }, { type: 'string', pattern: '^[0-9]+$' }],
    example: 15,
    description: `Whole seconds, 1 to ${DURATION_SECONDS_MAX}`,
  })
  @FromDigits() // Clients of the original send `"15"` as well as `15`.
  @IsInt()
  @Min(1)
  @Max(DURATION_SECONDS_MAX)
  readonly duration: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Kiruna-1',
    description: 'The receiving resource',
  })
  @IsOptional()
  @IsText(1, ANTENNA_CHARS_MAX)
  readonly antenna?: string | null;

  @ApiPropertyOptional({ default: 0, maximum: PRIORITY_MAX })
  @MayBeMissing()
  @IsInt()
  @Min(-PRIORITY_MAX)
  @Max(PRIORITY_MAX)
  readonly priority?: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'The rocket that carries the ship',
  })
  @IsOptional()
  @IsText(1, CHANNEL_CHARS_MAX)
  readonly channel?: string | null;

  @ApiPropertyOptional({ type: StreamOptionsDto, description: 'How the ship shall send' })
  @MayBeMissing()
  @IsObject()
  @ValidateNested()
  @Type(() => StreamOptionsDto)
  readonly stream?: StreamOptionsDto;
}

/** Moves or changes a contact that has not begun. */
export class ChangeContactDto extends PartialType(
  PickType(BookContactDto, ['start_time', 'duration', 'antenna', 'priority', 'stream']),
  // By default a null would pass every check.
  { skipNullProperties: false },
) {}

export class ContactDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ example: '2030-01-01T12:00:00.342210Z' })
  readonly start_time: string;

  @ApiProperty({ example: 15 })
  readonly duration: number;

  @ApiProperty({ description: "The start job's id, <contact>:<revision>" })
  readonly task_id: string;

  @ApiProperty({ enum: CONTACT_STATES })
  readonly state: ContactState;

  @ApiProperty()
  readonly revision: number;

  @ApiProperty({ type: String, nullable: true, description: 'The commit of the start' })
  readonly started_at: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 2.4 })
  readonly lateness_ms: number | null;

  @ApiProperty({ type: String, nullable: true })
  readonly ended_at: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly end_reason: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'uuid',
    description: 'The contact or the block that took its antenna',
  })
  readonly displaced_by: string | null;

  @ApiProperty({ type: String, nullable: true, enum: ['user', 'system', 'spacecraft', 'link'] })
  readonly fault: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly antenna: string | null;

  @ApiProperty()
  readonly priority: number;

  @ApiProperty({ type: String, nullable: true })
  readonly channel: string | null;

  @ApiProperty({ type: StreamOptionsDto, example: { format: STREAM_FORMATS[0] } })
  readonly stream: StreamOptionsDto;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'uuid',
    description: 'Whose occurrence it is',
  })
  readonly series_id: string | null;

  @ApiProperty({ type: Object, nullable: true, description: 'The account, once it has ended' })
  readonly report: ContactReport | null;
}

export function newContactOf(dto: BookContactDto): NewContact {
  return {
    shipName: dto.ship_name,
    startTime: instantOf(dto.start_time),
    durationSeconds: dto.duration,
    antenna: dto.antenna ?? null,
    priority: dto.priority ?? 0,
    channel: dto.channel ?? null,
    stream: streamOf(dto.stream),
  };
}

/** @throws {ValidationException} when nothing is to change: that shall not count as a revision */
export function contactChangeOf(dto: ChangeContactDto | undefined): ContactChange {
  const change = dto === undefined ? {} : givenFieldsOf(dto);
  if (Object.keys(change).length > 0) return change;
  throw new ValidationException([{ field: 'body', message: 'The body must name a change' }]);
}

function givenFieldsOf(dto: ChangeContactDto): ContactChange {
  return {
    ...(dto.start_time !== undefined && { startTime: instantOf(dto.start_time) }),
    ...(dto.duration !== undefined && { durationSeconds: dto.duration }),
    ...(dto.antenna !== undefined && { antenna: dto.antenna }),
    ...(dto.priority !== undefined && { priority: dto.priority }),
    ...(dto.stream !== undefined && { stream: streamOf(dto.stream) }),
  };
}

/** A DTO has all its fields, those not given as undefined: they must not replace the default. */
const streamOf = (wished: StreamOptionsDto | undefined): StreamOptionsDto =>
  Object.assign({}, wished, { format: wished?.format ?? 'json' });

/** Only the fields named here leave the app. */
export function contactDtoOf(contact: StoredContact): ContactDto {
  return {
    id: contact.id,
    ship_name: contact.shipName,
    start_time: formatInstant(contact.startTime),
    duration: contact.durationSeconds,
    task_id: startJobId(contact),
    state: contact.state,
    revision: contact.revision,
    started_at: contact.startedAt === null ? null : formatInstant(contact.startedAt),
    lateness_ms: latenessMs(contact),
    ended_at: contact.endedAt === null ? null : formatInstant(contact.endedAt),
    end_reason: contact.endReason,
    displaced_by: contact.displacedBy,
    fault: contact.fault,
    antenna: contact.antenna,
    priority: contact.priority,
    channel: contact.channel,
    stream: contact.stream,
    series_id: contact.series?.id ?? null,
    report: contact.report,
  };
}

function instantOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === null) throw new Error('An unchecked DTO was used');
  return instant;
}

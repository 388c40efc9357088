import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  Equals,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  APID_MAX,
  APID_MIN,
  MayBeMissing,
  STREAM_HOST_CHARS_MAX,
  STREAM_PORT_MAX,
  STREAM_PORT_MIN,
} from '#common/contracts';
import { formatInstant } from '#common/domain';
import { DatagramsReportDto, NumbersReportDto } from '../receptions/contact-report.dto.js';
import type { Replay, ReplayState, ReplayTarget } from './replay.js';
import { replayEdges, replayNumbers, statementIn } from './replay-numbers.js';

export const REPLAY_SPEED_MAX = 1_000;
const STATES: readonly ReplayState[] = ['running', 'completed', 'stopped', 'failed'];
const EDGE = 'As the ship said during the contact; of a foreign one, what the replay sent';
const COUNT = { type: 'integer' } as const;
const TIME_OR_NULL = { type: String, nullable: true, format: 'date-time' } as const;

export class ReplayUdpDto {
  @ApiProperty({ example: '127.0.0.1', description: 'IPv4 or IPv6 address; names are refused' })
  @IsString()
  @Length(1, STREAM_HOST_CHARS_MAX)
  readonly host: string;

  @ApiProperty({ example: 10_100, minimum: STREAM_PORT_MIN, maximum: STREAM_PORT_MAX })
  @IsInt()
  @Min(STREAM_PORT_MIN)
  @Max(STREAM_PORT_MAX)
  readonly port: number;

  @ApiPropertyOptional({
    example: 1_791,
    minimum: APID_MIN,
    maximum: APID_MAX,
    description:
      'Packets of our own ships are made anew under this APID, unsigned: a receiver tells them from what ' +
      'the ship sends. Without it they go as they were received',
  })
  @MayBeMissing()
  @IsInt()
  @Min(APID_MIN)
  @Max(APID_MAX)
  readonly apid?: number;
}

/** One of both. */
export class ReplayTargetDto {
  @ApiPropertyOptional({ type: ReplayUdpDto, description: 'The stored packets as datagrams' })
  @MayBeMissing()
  @IsObject()
  @ValidateNested()
  @Type(() => ReplayUdpDto)
  readonly udp?: ReplayUdpDto;

  @ApiPropertyOptional({ enum: [true], description: 'Events of the kind replay at GET /events' })
  @MayBeMissing()
  @Equals(true)
  readonly events?: true;
}

export class ReplayRequestDto {
  @ApiPropertyOptional({
    example: 10,
    default: 1,
    minimum: 0,
    maximum: REPLAY_SPEED_MAX,
    description: 'So many times as fast as the packets were generated; 0: as fast as is allowed',
  })
  @MayBeMissing()
  @IsNumber({}, { message: '$property must be a finite number' })
  @Min(0)
  @Max(REPLAY_SPEED_MAX)
  readonly speed?: number;

  @ApiProperty({ type: ReplayTargetDto })
  @IsObject()
  @ValidateNested()
  @Type(() => ReplayTargetDto)
  readonly to: ReplayTargetDto;
}

export class ReplayDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ format: 'uuid', description: 'The contact' })
  readonly replay_of: string;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ enum: STATES })
  readonly state: ReplayState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed' })
  readonly fault: string | null;

  @ApiProperty({ example: 10 })
  readonly speed: number;

  @ApiProperty({ type: ReplayTargetDto })
  readonly to: ReplayTargetDto;

  @ApiProperty({ ...COUNT, nullable: true, description: 'In the recording; null until known' })
  readonly packets: number | null;

  @ApiProperty({ ...COUNT, description: 'Packets so far' })
  readonly sent: number;

  @ApiProperty({ ...COUNT, description: 'Packets that the network did not take' })
  readonly refused: number;

  @ApiProperty({ format: 'date-time' })
  readonly started_at: string;

  @ApiProperty(TIME_OR_NULL)
  readonly ended_at: string | null;
}

/** What a replay sent, accounted for as the contact was. */
export class ReplayReportDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ format: 'uuid', description: 'The contact' })
  readonly replay_of: string;

  @ApiProperty({ ...COUNT, description: "The revision of the contact's report" })
  readonly revision: number;

  @ApiProperty({ example: 'USS Enterprise' })
  readonly ship_name: string;

  @ApiProperty({ enum: STATES })
  readonly state: ReplayState;

  @ApiProperty({
    description: 'It has ended without a fault, and all is accounted for as it was then',
  })
  readonly closed: boolean;

  @ApiProperty({ enum: ['sequence', 'totals'] })
  readonly accounting: 'sequence' | 'totals';

  @ApiProperty({ format: 'date-time' })
  readonly started_at: string;

  @ApiProperty(TIME_OR_NULL)
  readonly ended_at: string | null;

  @ApiProperty({ ...COUNT, nullable: true, description: EDGE })
  readonly first_sequence: number | null;

  @ApiProperty({ ...COUNT, nullable: true, description: EDGE })
  readonly last_sequence: number | null;

  @ApiProperty({ type: DatagramsReportDto, description: 'Those of the replay' })
  readonly datagrams: DatagramsReportDto;

  @ApiProperty({ type: NumbersReportDto, description: "When all was sent: as the contact's" })
  readonly numbers: NumbersReportDto;

  @ApiProperty({ ...COUNT, description: 'Stored during the contact, of the packets sent' })
  readonly samples_stored: number;
}

export function toReplay(replay: Replay): ReplayDto {
  const { id, contact, speed } = replay.plan;
  const { report: first } = contact;
  return {
    id,
    replay_of: first.contact_id,
    ship_name: first.ship_name,
    state: replay.state,
    fault: replay.fault,
    speed,
    to: toTarget(replay.plan.target),
    packets: replay.packets,
    sent: replay.account.received,
    refused: replay.refused,
    started_at: formatInstant(replay.startedAt),
    ended_at: replay.endedAt === null ? null : formatInstant(replay.endedAt),
  };
}

function toTarget(target: ReplayTarget): ReplayTargetDto {
  if (target.kind === 'events') return { events: true };
  const { host, port, apid } = target;
  return { udp: { host, port, ...(apid !== null && { apid }) } };
}

export function toReplayReport(replay: Replay): ReplayReportDto {
  const { id, contact } = replay.plan;
  const { report: first } = contact;
  const { kernelDropped, ...datagrams } = replay.account.counts();
  return {
    id,
    replay_of: first.contact_id,
    revision: first.revision,
    ship_name: first.ship_name,
    state: replay.state,
    closed: isClosed(replay),
    accounting: replay.account.accounting,
    started_at: formatInstant(replay.startedAt),
    ended_at: replay.endedAt === null ? null : formatInstant(replay.endedAt),
    ...replayEdges(replay.account, contact),
    datagrams: { ...datagrams, kernel_dropped: kernelDropped },
    numbers: replayNumbers(replay.account, contact),
    samples_stored: replay.samples,
  };
}

/** A contact that was not closed is not by being played again. */
function isClosed({ account, state, plan }: Replay): boolean {
  const { report: first } = plan.contact;
  const isOver = state === 'completed' || state === 'stopped';
  return isOver && first.closed && account.isClosed(statementIn(first));
}

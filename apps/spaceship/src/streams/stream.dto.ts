import { ApiProperty } from '@nestjs/swagger';
import {
  STREAM_END_REASONS,
  STREAM_FORMATS,
  STREAM_PHASES,
  type StreamEndReason,
  type StreamFormat,
  type StreamPhase,
  type StreamRedirected,
  type StreamStarted,
  type StreamState,
  type StreamStopped,
} from '#common/contracts';
import { formatInstant } from '#common/domain';
import { FIRST_SEQUENCE, type StreamSnapshot } from './stream.js';

export class StreamStartedDto implements StreamStarted {
  @ApiProperty({ example: 'Communication started' })
  readonly message: string;

  @ApiProperty({ format: 'uuid' })
  readonly event_key: string;

  @ApiProperty({ example: 1, description: 'Number of the first datagram' })
  readonly first_sequence: number;
}

export class StreamRedirectedDto implements StreamRedirected {
  @ApiProperty({ example: 'Communication redirected' })
  readonly message: string;

  @ApiProperty({ format: 'uuid' })
  readonly event_key: string;

  @ApiProperty({ example: 1_200, description: 'Number of the last datagram that went the old way' })
  readonly last_sequence: number;

  @ApiProperty({ example: 1_200, description: 'Datagrams that the network took so far' })
  readonly sent: number;
}

export class StreamStoppedDto implements StreamStopped {
  @ApiProperty({ example: 'Communication stopped' })
  readonly message: string;

  @ApiProperty({
    example: 3_000,
    description: 'Number of the last datagram, 0 when there was none',
  })
  readonly last_sequence: number;

  @ApiProperty({ example: 3_000, description: 'Datagrams that the network took' })
  readonly sent: number;
}

export class ActiveStreamsDto {
  @ApiProperty({ example: 3, description: 'Those that send and those that wait' })
  readonly number_of_active_streams: number;
}

export class EventKeyNotFoundDto {
  @ApiProperty({ example: 'Event key not found' })
  readonly detail: string;
}

export class StreamStateDto implements StreamState {
  @ApiProperty({ format: 'uuid' })
  readonly event_key: string;

  @ApiProperty({ type: String, nullable: true, example: 'USS Enterprise' })
  readonly ship_name: string | null;

  @ApiProperty({ enum: STREAM_FORMATS })
  readonly format: StreamFormat;

  @ApiProperty({ example: '127.0.0.1' })
  readonly host: string;

  @ApiProperty({ example: 41_001 })
  readonly port: number;

  @ApiProperty({ type: Number, nullable: true, example: 200 })
  readonly apid: number | null;

  @ApiProperty({ example: 0.1 })
  readonly interval: number;

  @ApiProperty({ example: 4 })
  readonly batteries: number;

  @ApiProperty({ example: 7, description: 'As asked for, or as drawn' })
  readonly seed: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'As asked for' })
  readonly until: string | null;

  @ApiProperty({ enum: STREAM_PHASES })
  readonly phase: StreamPhase;

  @ApiProperty({ example: 1 })
  readonly first_sequence: number;

  @ApiProperty({ example: 3_000 })
  readonly last_sequence: number;

  @ApiProperty({ example: 3_000 })
  readonly sent: number;

  @ApiProperty({ format: 'date-time' })
  readonly accepted_at: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  readonly started_at: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time' })
  readonly ended_at: string | null;

  @ApiProperty({ enum: STREAM_END_REASONS, nullable: true })
  readonly end_reason: StreamEndReason | null;
}

export const toStreamStarted = ({ eventKey }: StreamSnapshot): StreamStartedDto => ({
  message: 'Communication started',
  event_key: eventKey,
  first_sequence: FIRST_SEQUENCE,
});

export const toStreamRedirected = ({
  eventKey,
  lastSequence,
  sent,
}: StreamSnapshot): StreamRedirectedDto => ({
  message: 'Communication redirected',
  event_key: eventKey,
  last_sequence: lastSequence,
  sent,
});

export const toStreamStopped = ({ lastSequence, sent }: StreamSnapshot): StreamStoppedDto => ({
  message: 'Communication stopped',
  last_sequence: lastSequence,
  sent,
});

export function toStreamState({ eventKey, plan, ...rest }: StreamSnapshot): StreamStateDto {
  return {
    event_key: eventKey,
    ship_name: plan.shipName,
    format: plan.format,
    host: plan.target.host,
    port: plan.target.port,
    apid: plan.apid,
    interval: plan.intervalSeconds,
    batteries: plan.batteryCount,
    seed: plan.seed,
    until: plan.until === null ? null : formatInstant(plan.until),
    phase: rest.phase,
    first_sequence: FIRST_SEQUENCE,
    last_sequence: rest.lastSequence,
    sent: rest.sent,
    accepted_at: isoTime(rest.acceptedAtMs),
    started_at: rest.startedAtMs === null ? null : isoTime(rest.startedAtMs),
    ended_at: rest.endedAtMs === null ? null : isoTime(rest.endedAtMs),
    end_reason: rest.endReason,
  };
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

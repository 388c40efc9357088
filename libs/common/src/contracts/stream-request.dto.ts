import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min, ValidateBy, ValidateIf } from 'class-validator';
import { APID_MAX, APID_MIN } from './battery-packet.js';
import { IsInstant } from './instant.decorator.js';
import { MayBeMissing } from './may-be-missing.decorator.js';
import { KEY_BYTES } from './packet-signature.js';
import { type StreamFormat, StreamOptionsDto } from './stream-options.dto.js';
import { IsText } from './text.decorator.js';

export const STREAM_PORT_MIN = 1_024;
export const STREAM_PORT_MAX = 65_535;
/** The longest address, an IPv6 one that ends in IPv4, has 45 characters. */
export const STREAM_HOST_CHARS_MAX = 45;

const KEY_PATTERN = new RegExp(`^[\\da-fA-F]{${2 * KEY_BYTES}}$`);

/** The text of the fault must not repeat the value: it may be a key with a slip of the hand. */
const IsKeyOfPackets = (): PropertyDecorator =>
  ValidateBy({
    name: 'isKeyOfPackets',
    validator: {
      validate: (value: unknown, args) =>
        typeof value === 'string' &&
        KEY_PATTERN.test(value) &&
        (args?.object as StreamOptionsDto | undefined)?.format === 'ccsds',
      defaultMessage: () =>
        `key must be ${2 * KEY_BYTES} hexadecimal digits, and needs format ccsds`,
    },
  });

/** `POST /stream/` of a ship: send to this address until told to stop. */
export class StreamRequestDto extends StreamOptionsDto {
  @ApiProperty({ example: '127.0.0.1', description: 'IPv4 or IPv6 address; names are refused' })
  @IsString()
  @Length(1, STREAM_HOST_CHARS_MAX)
  readonly host: string;

  @ApiProperty({ example: 41_001, minimum: STREAM_PORT_MIN, maximum: STREAM_PORT_MAX })
  @IsInt()
  @Min(STREAM_PORT_MIN)
  @Max(STREAM_PORT_MAX)
  readonly port: number;

  @ApiPropertyOptional({ example: 'USS Enterprise', minLength: 1, maxLength: 128 })
  @MayBeMissing()
  @IsText(1, 128)
  readonly ship_name?: string;

  @ApiPropertyOptional({
    example: 200,
    minimum: APID_MIN,
    maximum: APID_MAX,
    description: 'Required with format ccsds: how the receiver tells the ships apart',
  })
  @ValidateIf(({ apid, format }: StreamRequestDto) => format === 'ccsds' || apid !== undefined)
  @IsInt({ message: 'apid must be a whole number, and format ccsds needs one' })
  @Min(APID_MIN)
  @Max(APID_MAX)
  readonly apid?: number;

  @ApiPropertyOptional({
    example: '2030-01-01T12:10:10Z',
    description: 'The stream ends by itself then; ISO 8601 with an offset',
  })
  @MayBeMissing()
  @IsInstant()
  readonly until?: string;

  @ApiPropertyOptional({
    writeOnly: true,
    pattern: KEY_PATTERN.source,
    description: 'Signs every packet; only with format ccsds. Never told again',
  })
  @MayBeMissing()
  @IsKeyOfPackets()
  readonly key?: string;
}

/** Answer to `POST /stream/`. */
export interface StreamStarted {
  readonly message: string;
  readonly event_key: string;
  readonly first_sequence: number;
}

/** Answer to `DELETE /stream/{event_key}`; 0 and 0 where the stream never had its turn. */
export interface StreamStopped {
  readonly message: string;
  readonly last_sequence: number;
  readonly sent: number;
}

/** `waiting` for one of the places of those that send; `ended` ones are remembered for a while. */
export const STREAM_PHASES = ['waiting', 'sending', 'ended'] as const;
export type StreamPhase = (typeof STREAM_PHASES)[number];

/**
 * `stopped` on request; `finished` after its `count`; `expired` at its `until` or the longest life of a
 * stream; `refused` when nobody listens at the target for seconds; `unreachable` when its turn came and no socket could be opened.
 */
export const STREAM_END_REASONS = [
  'stopped',
  'finished',
  'expired',
  'refused',
  'unreachable',
] as const;
export type StreamEndReason = (typeof STREAM_END_REASONS)[number];

/** Answer to `GET /stream/{event_key}`. */
export interface StreamState {
  readonly event_key: string;
  readonly ship_name: string | null;
  readonly format: StreamFormat;
  readonly host: string;
  readonly port: number;
  readonly apid: number | null;
  readonly interval: number;
  readonly batteries: number;
  readonly seed: number;
  /** When it ends by itself; null where only its longest life says. */
  readonly until: string | null;
  readonly phase: StreamPhase;
  readonly first_sequence: number;
  /** The highest number given to a datagram; 0 before the first. */
  readonly last_sequence: number;
  /**
   * Numbers that the network took, closing packets not counted. What faults lose was sent all the same,
   * and what they repeat was sent once: so it is what a ship knows that has no idea of them.
   */
  readonly sent: number;
  readonly accepted_at: string;
  /** Null while it waits. */
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly end_reason: StreamEndReason | null;
}

import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import {
  MayBeMissing,
  ROCKET_MESSAGE_TYPES,
  RocketMessageDto,
  type RocketMessageType,
  toRocketEnvelope,
} from '#common/contracts';
import { formatInstant, type Instant, type RocketArrival, type RocketGap } from '#common/domain';
import { PageQueryDto } from '#common/platform';
import { GAP_STATES, type GapState, stateOf } from './rocket-histories.service.js';

export const MESSAGE_ORDERS = ['received', 'number'] as const;
export type MessageOrder = (typeof MESSAGE_ORDERS)[number];

export class MessagesQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: MESSAGE_ORDERS, description: 'As they came, or by their number' })
  @IsOptional()
  @IsIn(MESSAGE_ORDERS)
  readonly order: MessageOrder = 'received';
}

export class GapsQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: GAP_STATES, description: 'Only such ones' })
  @MayBeMissing()
  @IsIn(GAP_STATES)
  readonly state?: GapState;
}

export class TakenMessageDto {
  @ApiProperty({ example: 17 })
  readonly number: number;

  @ApiProperty({ example: '2030-01-01T12:00:00.000250Z', description: 'By our clock' })
  readonly received_at: string;

  @ApiProperty({ example: '2022-02-02T19:39:05.86337+01:00', description: "By the sender's" })
  readonly message_time: string;

  @ApiProperty({ enum: ROCKET_MESSAGE_TYPES })
  readonly message_type: RocketMessageType;

  @ApiProperty({ type: RocketMessageDto, description: 'What `POST /messages` takes' })
  readonly envelope: RocketMessageDto;

  static of(arrival: RocketArrival): TakenMessageDto {
    return {
      number: arrival.number,
      received_at: formatInstant(arrival.receivedAt),
      message_time: arrival.time.text,
      message_type: arrival.event.type,
      envelope: toRocketEnvelope(arrival),
    };
  }
}

export class GapDto {
  @ApiProperty({ example: 17 })
  readonly from: number;

  @ApiProperty({ example: 18, description: 'A closed one is of one number' })
  readonly to: number;

  @ApiProperty({ enum: GAP_STATES })
  readonly state: GapState;

  @ApiProperty({
    example: '2030-01-01T12:00:00.000250Z',
    description: 'When the first higher number came',
  })
  readonly missing_since: string;

  @ApiProperty({ type: String, nullable: true, description: 'When the number itself came' })
  readonly closed_at: string | null;

  @ApiProperty({ example: 1_250.5, description: 'Until it was closed, or until now' })
  readonly open_for_ms: number;

  static of(gap: RocketGap, now: Instant): GapDto {
    const { from, to, missingSince, closedAt } = gap;
    return {
      from,
      to,
      state: stateOf(gap),
      missing_since: formatInstant(missingSince),
      closed_at: closedAt === null ? null : formatInstant(closedAt),
      open_for_ms: Math.max(0, (closedAt ?? now) - missingSince) / 1_000,
    };
  }
}

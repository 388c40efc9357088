import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { CHANNEL_CHARS_MAX, IsText, MayBeMissing } from '#common/contracts';
import { FromDigits } from '#common/platform';
import { REJECTED_MESSAGES_MAX, type RejectedMessage } from './rocket-store.port.js';

export class RejectedQueryDto {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: REJECTED_MESSAGES_MAX,
    default: REJECTED_MESSAGES_MAX,
  })
  @IsOptional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(REJECTED_MESSAGES_MAX)
  readonly limit: number = REJECTED_MESSAGES_MAX;

  @ApiPropertyOptional({ description: 'Only those that name this channel' })
  @MayBeMissing()
  @IsText(0, CHANNEL_CHARS_MAX)
  readonly channel?: string;
}

export class RejectedMessageDto {
  @ApiProperty({ example: '2030-01-01T12:00:00.000Z' })
  readonly received_at: string;

  @ApiProperty({ example: 'VALIDATION_FAILED' })
  readonly code: string;

  @ApiProperty({ example: 'metadata.messageNumber must not be less than 1' })
  readonly detail: string;

  @ApiProperty({ type: String, nullable: true, description: 'As far as the body names one' })
  readonly channel: string | null;

  @ApiProperty({ description: 'The body as it came, or its beginning' })
  readonly body: string;
}

export const rejectedDtoOf = (message: RejectedMessage): RejectedMessageDto => ({
  received_at: new Date(message.receivedAtMs).toISOString(),
  code: message.code,
  detail: message.detail,
  channel: message.channel,
  body: message.body,
});

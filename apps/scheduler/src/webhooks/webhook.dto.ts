import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsOptional, IsString } from 'class-validator';
import { IsText, MayBeMissing } from '#common/contracts';
import { CONTACT_STATES, type ContactState, formatInstant } from '#common/domain';
import { ValidationException } from '#common/platform';
import { ANTENNA_CHARS_MAX } from '../antennas/antenna.dto.js';
import { SHIP_NAME_CHARS_MAX } from '../contacts/contact.dto.js';
import {
  DELIVERY_OUTCOMES,
  type DeliveryOutcome,
  type LoggedDelivery,
  type Webhook,
  WEBHOOK_STATES,
  type WebhookState,
} from './webhook.js';
import { parseSecret } from './webhook-signature.js';
import type { WebhookChange } from './webhook-store.port.js';

const URL_CHARS_MAX = 2_048;
const WISHED_STATES = ['active', 'paused'] as const;

export class AddWebhookDto {
  @ApiProperty({ example: 'https://example.org/perigee', maxLength: URL_CHARS_MAX })
  @IsText(1, URL_CHARS_MAX)
  readonly url: string;

  @ApiPropertyOptional({
    enum: CONTACT_STATES,
    isArray: true,
    description: 'Changes that lead to these; none or an empty list: all',
  })
  @MayBeMissing()
  @IsArray()
  @ArrayMaxSize(CONTACT_STATES.length)
  @ArrayUnique()
  @IsIn(CONTACT_STATES, { each: true })
  readonly events?: ContactState[];

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Only of this ship' })
  @IsOptional()
  @IsText(1, SHIP_NAME_CHARS_MAX)
  readonly ship_name?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Only on this antenna' })
  @IsOptional()
  @IsText(1, ANTENNA_CHARS_MAX)
  readonly antenna?: string | null;

  @ApiPropertyOptional({ description: 'whsec_ and 24 to 64 bytes in base64; unset: one is made' })
  @MayBeMissing()
  @IsString()
  readonly secret?: string;
}

/** What is not given stays. */
export class ChangeWebhookDto extends PartialType(OmitType(AddWebhookDto, []), {
  // By default a null would pass every check.
  skipNullProperties: false,
}) {
  @ApiPropertyOptional({ enum: WISHED_STATES })
  @MayBeMissing()
  @IsIn(WISHED_STATES)
  readonly state?: (typeof WISHED_STATES)[number];
}

export class WebhookDto {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty()
  readonly url: string;

  @ApiProperty({ enum: CONTACT_STATES, isArray: true })
  readonly events: readonly ContactState[];

  @ApiProperty({ type: String, nullable: true })
  readonly ship_name: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly antenna: string | null;

  @ApiProperty({ enum: WEBHOOK_STATES })
  readonly state: WebhookState;

  @ApiProperty({ type: String, nullable: true })
  readonly disabled_reason: string | null;

  @ApiProperty({ description: 'The number of the last change that is done with' })
  readonly position: number;

  @ApiProperty({ description: 'How often the next one was tried in vain' })
  readonly attempt: number;

  @ApiProperty({ type: String, nullable: true })
  readonly failing_since: string | null;

  @ApiProperty()
  readonly created_at: string;
}

export class AddedWebhookDto extends WebhookDto {
  @ApiProperty({ description: 'Shown this once' })
  readonly secret: string;
}

export class TestedWebhookDto {
  @ApiProperty({ enum: DELIVERY_OUTCOMES })
  readonly outcome: DeliveryOutcome;

  @ApiProperty({ type: Number, nullable: true, description: 'Of the answer' })
  readonly status: number | null;

  @ApiProperty({ type: String, nullable: true })
  readonly error: string | null;

  @ApiProperty()
  readonly duration_ms: number;
}

export class DeliveryDto extends TestedWebhookDto {
  @ApiProperty({ type: Number, nullable: true, description: 'Of the change; null: a test' })
  readonly number: number | null;

  @ApiProperty()
  readonly attempt: number;

  @ApiProperty()
  readonly at: string;
}

/** @throws {ValidationException} when nothing is to change, or the secret is none */
export function webhookChangeOf(dto: ChangeWebhookDto | undefined): WebhookChange {
  const change: WebhookChange = {
    ...(dto?.url !== undefined && { url: dto.url }),
    ...(dto?.events !== undefined && { states: dto.events }),
    ...(dto?.ship_name !== undefined && { shipName: dto.ship_name }),
    ...(dto?.antenna !== undefined && { antenna: dto.antenna }),
    ...(dto?.secret !== undefined && { secret: secretOf(dto.secret) }),
    ...(dto?.state !== undefined && { state: dto.state }),
  };
  if (Object.keys(change).length > 0) return change;
  throw new ValidationException([{ field: 'body', message: 'The body must name a change' }]);
}

/** @throws {ValidationException} */
export function secretOf(text: string): Uint8Array {
  const secret = parseSecret(text);
  if (secret) return secret;
  const message = 'secret must be whsec_ and 24 to 64 bytes in base64';
  throw new ValidationException([{ field: 'secret', message }]);
}

export const webhookDtoOf = (webhook: Webhook): WebhookDto => ({
  id: webhook.id,
  url: webhook.url,
  events: webhook.states,
  ship_name: webhook.shipName,
  antenna: webhook.antenna,
  state: webhook.state,
  disabled_reason: webhook.disabledReason,
  position: webhook.position,
  attempt: webhook.attempt,
  failing_since: webhook.failingSince === null ? null : formatInstant(webhook.failingSince),
  created_at: formatInstant(webhook.createdAt),
});

export const deliveryDtoOf = (delivery: LoggedDelivery): DeliveryDto => ({
  number: delivery.number,
  attempt: delivery.attempt,
  outcome: delivery.outcome,
  status: delivery.status,
  error: delivery.error,
  duration_ms: delivery.durationMs,
  at: formatInstant(delivery.at),
});

import type { ContactState } from '#common/domain';
import type { Webhook, WebhookState } from '../webhooks/webhook.js';

const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

/** Without the secret. */
export const WEBHOOK_COLUMNS = [
  'id, url, states, ship_name, antenna, state, disabled_reason, position, attempt',
  ...['failing_since', 'created_at'].map(micros),
].join(', ');

export interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly states: ContactState[];
  readonly ship_name: string | null;
  readonly antenna: string | null;
  readonly state: WebhookState;
  readonly disabled_reason: string | null;
  readonly position: string;
  readonly attempt: number;
  readonly failing_since: string | null;
  readonly created_at: string;
}

export const webhookOf = (row: WebhookRow): Webhook => ({
  id: row.id,
  url: row.url,
  states: row.states,
  shipName: row.ship_name,
  antenna: row.antenna,
  state: row.state,
  disabledReason: row.disabled_reason,
  position: Number(row.position),
  attempt: row.attempt,
  failingSince: row.failing_since === null ? null : Number(row.failing_since),
  createdAt: Number(row.created_at),
});

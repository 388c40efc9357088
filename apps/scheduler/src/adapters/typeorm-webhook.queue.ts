import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Delivery } from '../webhooks/webhook.js';
import {
  type NextStep,
  type Passed,
  type ServedWebhook,
  WebhookQueue,
} from '../webhooks/webhook-queue.port.js';
import { WEBHOOK_COLUMNS, webhookOf, type WebhookRow } from './webhook-row.js';

/** A receiver that takes nothing for so long is not called any more. */
const FAILING_DAYS_MAX = 3;
const FAILED_TOO_LONG = `Nothing was taken for ${FAILING_DAYS_MAX} days`;

interface ServedRow extends WebhookRow {
  readonly secret: Uint8Array;
  readonly wait_ms: number;
}

/** Subscriptions in PostgreSQL, whose clock says when a lease has ended. */
@Injectable()
export class TypeOrmWebhookQueue extends WebhookQueue {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async claim(holder: string, leaseMs: number): Promise<ServedWebhook[]> {
    const [rows] = (await this.source.query(
      `UPDATE webhooks SET holder = $1,
              lease_until = clock_timestamp() + $2 * interval '1 millisecond'
       WHERE id IN (
         SELECT id FROM webhooks
         WHERE state = 'active' AND (holder = $1 OR lease_until <= clock_timestamp())
         ORDER BY id FOR UPDATE SKIP LOCKED)
       RETURNING ${WEBHOOK_COLUMNS}, secret,
         greatest(0, extract(epoch FROM due_at - clock_timestamp()) * 1000)::float8 AS wait_ms`,
      [holder, leaseMs],
    )) as [ServedRow[], number];
    return rows.map((row) => ({ ...webhookOf(row), secret: row.secret, waitMs: row.wait_ms }));
  }

  async record(
    holder: string,
    id: string,
    delivery: Delivery,
    { position, attempt, delayMs, disabledReason }: NextStep,
  ): Promise<boolean> {
    const rows = (await this.source.query(
      `WITH served AS (
         UPDATE webhooks w SET position = $3, attempt = $4,
           due_at = clock_timestamp() + $5 * interval '1 millisecond',
           failing_since = CASE WHEN $6 THEN coalesce(failing_since, clock_timestamp()) END,
           state = CASE WHEN end_reason IS NULL THEN w.state ELSE 'disabled' END,
           disabled_reason = coalesce(end_reason, disabled_reason)
         FROM (SELECT id AS old_id, coalesce($7, CASE WHEN $6
                 AND failing_since < clock_timestamp() - $8 * interval '1 day' THEN $9 END)
                 AS end_reason
               FROM webhooks WHERE id = $1) AS old
         WHERE w.id = old_id AND w.holder = $2
         RETURNING w.id)
       INSERT INTO webhook_deliveries
         (webhook_id, number, attempt, outcome, status, error, duration_ms)
       SELECT id, $10, $11, $12, $13, $14, $15 FROM served RETURNING webhook_id`,
      [
        id,
        holder,
        position,
        attempt,
        delayMs,
        delivery.outcome !== 'delivered',
        disabledReason,
        FAILING_DAYS_MAX,
        FAILED_TOO_LONG,
        ...valuesOf(delivery),
      ],
    )) as unknown[];
    return rows.length > 0;
  }

  async pass(holder: string, passed: readonly Passed[]): Promise<void> {
    await this.source.query(
      `UPDATE webhooks w SET position = passed.position
       FROM unnest($2::uuid[], $3::bigint[]) AS passed (id, position)
       WHERE w.id = passed.id AND w.holder = $1 AND w.position < passed.position`,
      [holder, passed.map(({ id }) => id), passed.map(({ position }) => position)],
    );
  }

  async note(id: string, delivery: Delivery): Promise<void> {
    await this.source.query(
      `INSERT INTO webhook_deliveries
         (webhook_id, number, attempt, outcome, status, error, duration_ms)
       SELECT id, $2, $3, $4, $5, $6, $7 FROM webhooks WHERE id = $1`,
      [id, ...valuesOf(delivery)],
    );
  }

  async prune(id: string, kept: number): Promise<void> {
    await this.source.query(
      `DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND id <= (
         SELECT id FROM webhook_deliveries WHERE webhook_id = $1
         ORDER BY id DESC OFFSET $2 LIMIT 1)`,
      [id, kept],
    );
  }

  async release(holder: string): Promise<void> {
    await this.source.query(
      `UPDATE webhooks SET holder = NULL, lease_until = '-infinity' WHERE holder = $1`,
      [holder],
    );
  }
}

const valuesOf = (delivery: Delivery): unknown[] => [
  delivery.number,
  delivery.attempt,
  delivery.outcome,
  delivery.status,
  delivery.error,
  delivery.durationMs,
];

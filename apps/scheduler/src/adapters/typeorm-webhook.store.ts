import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '#common/domain';
import type { DeliveryOutcome, LoggedDelivery, Webhook } from '../webhooks/webhook.js';
import {
  type NewWebhook,
  type WebhookChange,
  WebhookStore,
} from '../webhooks/webhook-store.port.js';
import { WEBHOOK_COLUMNS, webhookOf, type WebhookRow } from './webhook-row.js';

/** "PRG" and "whok" in ASCII: two that count the subscriptions do so one after the other. */
const COUNTING_LOCK = [0x50_52_47, 0x77_68_6f_6b] as const;

interface DeliveryRow {
  readonly id: string;
  readonly number: string | null;
  readonly attempt: number;
  readonly outcome: DeliveryOutcome;
  readonly status: number | null;
  readonly error: string | null;
  readonly duration_ms: number;
  readonly at: string;
}

/** Subscriptions in PostgreSQL. */
@Injectable()
export class TypeOrmWebhookStore extends WebhookStore {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  add(webhook: NewWebhook, webhooksMax: number): Promise<Webhook> {
    return this.source.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1, $2)', [...COUNTING_LOCK]);
      const [counted] = (await manager.query(
        'SELECT count(*)::integer AS count FROM webhooks',
      )) as [{ count: number }];
      if (counted.count >= webhooksMax)
        throw new DomainError('WEBHOOKS_FULL', `There are ${webhooksMax} subscriptions already`);
      const [row] = (await manager.query(
        `INSERT INTO webhooks (id, url, states, ship_name, antenna, secret, position)
         VALUES ($1, $2, $3, $4, $5, $6,
                 (SELECT coalesce(max(number), 0) FROM contact_history))
         RETURNING ${WEBHOOK_COLUMNS}`,
        [randomUUID(), ...columnsOf(webhook)],
      )) as [WebhookRow];
      return webhookOf(row);
    });
  }

  async all(): Promise<Webhook[]> {
    const rows = (await this.source.query(
      `SELECT ${WEBHOOK_COLUMNS} FROM webhooks w ORDER BY w.created_at, w.id`,
    )) as WebhookRow[];
    return rows.map(webhookOf);
  }

  async find(id: string): Promise<Webhook | null> {
    const [row] = (await this.source.query(
      `SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE id = $1`,
      [id],
    )) as WebhookRow[];
    return row ? webhookOf(row) : null;
  }

  async secretOf(id: string): Promise<Uint8Array | null> {
    const [row] = (await this.source.query('SELECT secret FROM webhooks WHERE id = $1', [id])) as {
      secret: Uint8Array;
    }[];
    return row?.secret ?? null;
  }

  async change(id: string, change: WebhookChange): Promise<Webhook | null> {
    // Null is a value of two of them, so each has a mark beside it that says whether it is given.
    const [rows] = (await this.source.query(
      `UPDATE webhooks SET url = coalesce($2, url), states = coalesce($3, states),
              ship_name = CASE WHEN $5 THEN $4 ELSE ship_name END,
              antenna = CASE WHEN $7 THEN $6 ELSE antenna END,
              secret = coalesce($8, secret), state = coalesce($9, state),
              disabled_reason = CASE WHEN $9::text IS NULL THEN disabled_reason END,
              attempt = 0, due_at = clock_timestamp(), failing_since = NULL
       WHERE id = $1 RETURNING ${WEBHOOK_COLUMNS}`,
      [
        id,
        change.url ?? null,
        change.states ?? null,
        change.shipName ?? null,
        change.shipName !== undefined,
        change.antenna ?? null,
        change.antenna !== undefined,
        change.secret ?? null,
        change.state ?? null,
      ],
    )) as [WebhookRow[], number];
    return rows[0] ? webhookOf(rows[0]) : null;
  }

  async remove(id: string): Promise<boolean> {
    const [, count] = (await this.source.query('DELETE FROM webhooks WHERE id = $1', [id])) as [
      unknown,
      number,
    ];
    return count > 0;
  }

  async deliveries(id: string, limit: number, before: number | null): Promise<LoggedDelivery[]> {
    const rows = (await this.source.query(
      `SELECT id, number, attempt, outcome, status, error, duration_ms,
              (extract(epoch FROM at) * 1000000)::bigint AS at
       FROM webhook_deliveries d
       WHERE webhook_id = $1 AND ($3::bigint IS NULL OR d.id < $3)
       ORDER BY d.id DESC LIMIT $2`,
      [id, limit, before],
    )) as DeliveryRow[];
    return rows.map(({ id: nr, number, duration_ms, at, ...row }) => ({
      ...row,
      id: Number(nr),
      number: number === null ? null : Number(number),
      durationMs: duration_ms,
      at: Number(at),
    }));
  }
}

const columnsOf = ({ url, states, shipName, antenna, secret }: NewWebhook): unknown[] => [
  url,
  states,
  shipName,
  antenna,
  secret,
];

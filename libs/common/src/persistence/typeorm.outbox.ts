import type { DataSource, EntityManager } from 'typeorm';
import { type Envelope, Outbox, type OutboxMessage } from '#common/messaging';
import { runPrepared } from './prepared-statement.js';

/** With `outboxParameters`: puts messages into an outbox, in their order. */
export const INSERT_OUTBOX = `
  INSERT INTO outbox (id, app, envelope)
  SELECT message.id, $1, message.envelope
  FROM unnest($2::uuid[], $3::json[]) WITH ORDINALITY AS message (id, envelope, nr)
  ORDER BY message.nr`;

export const outboxParameters = (app: string, envelopes: readonly Envelope[]): unknown[] => [
  app,
  envelopes.map(({ id }) => id),
  envelopes.map((envelope) => JSON.stringify(envelope)),
];

/** Puts messages into the outbox of `app`, in the transaction of the change that they tell of. */
export async function insertOutbox(
  manager: EntityManager,
  app: string,
  envelopes: readonly Envelope[],
): Promise<void> {
  await manager.query(INSERT_OUTBOX, outboxParameters(app, envelopes));
}

const CLAIM = `
  UPDATE outbox SET attempt = attempt + 1,
         available_at = clock_timestamp() + $3::float8 * interval '1 millisecond'
  WHERE id IN (
    SELECT id FROM outbox
    WHERE app = $1 AND dead_reason IS NULL AND available_at <= clock_timestamp()
    ORDER BY position LIMIT $2::integer FOR UPDATE SKIP LOCKED)
  RETURNING envelope, attempt, position`;

/**
 * Without waiting for the disk: a server that crashes before it is written sends these messages once
 * more, as does any crash between the bus and this.
 */
const CONFIRM = `
  DELETE FROM outbox WHERE id = ANY ($1::uuid[])
    AND (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL`;

interface ClaimedRow {
  readonly envelope: Envelope;
  readonly attempt: number;
  readonly position: string;
}

/** One app's outbox in PostgreSQL. */
export class TypeOrmOutbox extends Outbox {
  constructor(
    private readonly source: DataSource,
    private readonly app: string,
  ) {
    super();
  }

  async claim(limit: number, leaseMs: number): Promise<OutboxMessage[]> {
    const rows = await runPrepared<ClaimedRow>(this.source, 'outbox-claim', CLAIM, [
      this.app,
      String(limit),
      String(leaseMs),
    ]);
    return rows
      .toSorted((a, b) => Number(a.position) - Number(b.position))
      .map(({ envelope, attempt }) => ({ envelope, attempt }));
  }

  async confirm(ids: readonly string[]): Promise<void> {
    await runPrepared(this.source, 'outbox-confirm', CONFIRM, [`{${ids.join(',')}}`]);
  }

  async postpone(id: string, delayMs: number, reason: string): Promise<void> {
    await this.source.query(
      `UPDATE outbox SET last_fault = $3,
              available_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = $1`,
      [id, delayMs, reason],
    );
  }

  async bury(id: string, reason: string): Promise<void> {
    await this.source.query('UPDATE outbox SET dead_reason = $2 WHERE id = $1', [id, reason]);
  }

  async counts(): Promise<{ readonly waiting: number; readonly dead: number }> {
    const [row] = (await this.source.query(
      `SELECT (count(*) FILTER (WHERE dead_reason IS NULL))::integer AS waiting,
              count(dead_reason)::integer AS dead FROM outbox WHERE app = $1`,
      [this.app],
    )) as [{ waiting: number; dead: number }];
    return row;
  }
}

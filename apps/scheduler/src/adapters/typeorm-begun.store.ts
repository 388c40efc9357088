import type { DataSource } from 'typeorm';
import { runPrepared } from '#common/persistence';
import {
  type BegunContact,
  BegunStore,
  type LateCommand,
  SETTLED_TOGETHER_MAX,
} from './begun-store.port.js';
import type { StartedContact } from './contact-messages.js';
import { SCHEDULER_OUTBOX } from './contact-row.js';
import { isoInstant } from './iso-instant.js';

/** A line of `begun_contacts` with what its command says. */
export interface BegunRow {
  readonly id: string;
  readonly ship_name: string;
  readonly duration: number;
  readonly stream: StartedContact['stream'];
  readonly fence: number;
  readonly start_time: string;
  readonly started_at: string;
}

export const startedOf = (row: BegunRow): StartedContact => ({
  id: row.id,
  shipName: row.ship_name,
  durationSeconds: row.duration,
  stream: row.stream,
  fence: row.fence,
  startTime: Number(row.start_time),
  startedAt: Number(row.started_at),
});

interface BegunOfRow extends BegunRow {
  readonly is_mine: boolean;
}

const BEGUN = `
  SELECT c.id, c.ship_name, c.duration, c.stream, b.fence, b.starter = $2::uuid AS is_mine,
    (extract(epoch FROM c.start_time) * 1000000)::bigint AS start_time,
    (extract(epoch FROM b.started_at) * 1000000)::bigint AS started_at
  FROM begun_contacts b JOIN contacts c ON c.id = b.contact_id
  WHERE (b.starter = $2::uuid
      OR b.started_at <= clock_timestamp() - $3::float8 * interval '1 millisecond')
    AND ($4::uuid[] = '{}' OR b.contact_id = ANY ($4::uuid[]))
  ORDER BY b.started_at LIMIT $1::integer`;

/** What the history says of a contact `c` once it is started: `ContactThen` in SQL. */
const EVENT = `
  json_build_object('contact_id', c.id, 'ship_name', c.ship_name, 'antenna', c.antenna,
    'channel', c.channel, 'state', c.state, 'revision', c.revision,
    'start_time', ${isoInstant('c.start_time')}, 'duration', c.duration, 'reason', c.end_reason,
    'displaced_by', c.displaced_by, 'priority', c.priority, 'stream', c.stream)`;

/**
 * Writes down that those of $1 have begun: row and history, and into the outbox ($2 ids, $3 envelopes,
 * $4 for how many milliseconds they are left to who sends them already) the commands of $5. Others may
 * have done so at the same time: each row once.
 */
const SETTLE = `
  WITH told AS (
    SELECT * FROM unnest($2::uuid[], $3::json[], $4::float8[], $5::uuid[]) WITH ORDINALITY
      AS told (message_id, envelope, lease_ms, contact_id, nr)),
  held AS MATERIALIZED (
    SELECT c.id AS held_id FROM contacts c WHERE c.id = ANY ($1::uuid[]) ORDER BY c.id FOR UPDATE),
  begun AS (
    UPDATE contacts c SET state = 'starting', fence = b.fence, started_at = b.started_at
    FROM held JOIN begun_contacts b ON b.contact_id = held_id
    WHERE c.id = held_id AND c.state = 'scheduled'
    RETURNING c.*),
  settled AS (DELETE FROM begun_contacts USING begun WHERE contact_id = id),
  released AS (DELETE FROM start_claims USING begun WHERE contact_id = id),
  recorded AS (
    INSERT INTO contact_history (contact_id, revision, state, contact, by, at)
    SELECT id, revision, state, ${EVENT}, 'scheduler', started_at
    FROM begun c ORDER BY started_at, start_time),
  sent AS (
    INSERT INTO outbox (id, app, envelope, attempt, available_at)
    SELECT message_id, '${SCHEDULER_OUTBOX}', envelope, CASE WHEN lease_ms > 0 THEN 1 ELSE 0 END,
      clock_timestamp() + lease_ms * interval '1 millisecond'
    FROM told JOIN begun ON id = contact_id ORDER BY nr)
  SELECT id FROM begun`;

/** The lines of `begun_contacts`. */
export class TypeOrmBegunStore extends BegunStore {
  constructor(private readonly source: DataSource) {
    super();
  }

  async read(
    starter: string,
    agoMs: number,
    contactIds: readonly string[] = [],
  ): Promise<BegunContact[]> {
    const ids = `{${contactIds.join(',')}}`;
    const values = [String(SETTLED_TOGETHER_MAX), starter, String(agoMs), ids];
    const rows = await runPrepared<BegunOfRow>(this.source, 'read-begun', BEGUN, values);
    return rows.map((row) => ({ ...startedOf(row), isMine: row.is_mine }));
  }

  async write(
    contactIds: readonly string[],
    commands: readonly LateCommand[],
  ): Promise<readonly string[]> {
    if (contactIds.length === 0) return [];
    const rows = await runPrepared<{ readonly id: string }>(this.source, 'settle', SETTLE, [
      `{${contactIds.join(',')}}`,
      `{${commands.map(({ envelope }) => envelope.id).join(',')}}`,
      textArray(commands.map(({ envelope }) => JSON.stringify(envelope))),
      `{${commands.map(({ leaseMs }) => leaseMs).join(',')}}`,
      `{${commands.map(({ contactId }) => contactId).join(',')}}`,
    ]);
    return rows.map(({ id }) => id);
  }

  async has(contactId: string): Promise<boolean> {
    const rows = (await this.source.query('SELECT FROM begun_contacts WHERE contact_id = $1', [
      contactId,
    ])) as unknown[];
    return rows.length > 0;
  }
}

const textArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;

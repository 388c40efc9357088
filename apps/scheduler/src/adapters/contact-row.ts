import type { EntityManager } from 'typeorm';
import type { ContactReport, StreamOptionsDto } from '#common/contracts';
import type { ContactState, FaultParty } from '#common/domain';
import { envelope } from '#common/messaging';
import { insertOutbox } from '#common/persistence';
import type { ContactThen } from '../contacts/contact-history.port.js';
import type { Cause, StoredContact } from '../contacts/contact-store.port.js';
import { contactEventOf } from './contact-messages.js';

/** Whose relay sends what this app writes into the outbox. */
export const SCHEDULER_OUTBOX = 'scheduler';

const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

/** The columns of a contact, with instants as microseconds: a Date would cut them. */
export const CONTACT_COLUMNS = [
  'id, ship_name, duration, state, revision, fence, antenna, priority, channel, stream',
  'end_reason, displaced_by, fault, report, series_id',
  ...['start_time', 'started_at', 'ended_at', 'series_at'].map(micros),
].join(', ');

export interface ContactRow {
  readonly id: string;
  readonly ship_name: string;
  readonly start_time: string;
  readonly duration: number;
  readonly state: ContactState;
  readonly revision: number;
  readonly fence: number;
  readonly antenna: string | null;
  readonly priority: number;
  readonly channel: string | null;
  readonly stream: StreamOptionsDto;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly end_reason: string | null;
  readonly displaced_by: string | null;
  readonly fault: FaultParty | null;
  readonly report: ContactReport | null;
  readonly series_id: string | null;
  readonly series_at: string | null;
}

export function contactOf(row: ContactRow): StoredContact {
  return {
    id: row.id,
    shipName: row.ship_name,
    startTime: Number(row.start_time),
    durationSeconds: row.duration,
    state: row.state,
    revision: row.revision,
    fence: row.fence,
    antenna: row.antenna,
    priority: row.priority,
    channel: row.channel,
    stream: row.stream,
    startedAt: row.started_at === null ? null : Number(row.started_at),
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
    endReason: row.end_reason,
    displacedBy: row.displaced_by,
    fault: row.fault,
    report: row.report,
    series: row.series_id === null ? null : { id: row.series_id, at: Number(row.series_at) },
  };
}

/** Runs an UPDATE or INSERT with `RETURNING`, and maps what came back. */
export async function changedContacts(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[],
): Promise<StoredContact[]> {
  const result = (await manager.query(sql, [...parameters])) as
    ContactRow[] | [ContactRow[], number];
  // TypeORM answers an UPDATE with [rows, count], an INSERT and a WITH with rows.
  const rows = Array.isArray(result[0]) ? result[0] : (result as ContactRow[]);
  return rows.map(contactOf);
}

/** The steps that no person asked for. */
export const BY_SCHEDULER: Cause = { by: 'scheduler', reason: null };
export const BY_INGESTOR: Cause = { by: 'ingestor', reason: null };
export const BY_ROCKET_MONITOR: Cause = { by: 'rocket-monitor', reason: null };

/** What stands beside every change of state, in its transaction: history, and a message for others. */
export async function recordChange(
  manager: EntityManager,
  contacts: readonly StoredContact[],
  event: string | null,
  { by, reason }: Cause,
): Promise<void> {
  if (contacts.length === 0) return;
  await manager.query(
    `INSERT INTO contact_history (contact_id, revision, state, reason, contact, by)
     SELECT *, $6 FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::json[])`,
    [
      contacts.map(({ id }) => id),
      contacts.map(({ revision }) => revision),
      contacts.map(({ state }) => state),
      contacts.map(({ endReason }) => endReason ?? reason),
      contacts.map((contact) => JSON.stringify(contactThen(contact))),
      by,
    ],
  );
  if (event === null) return;
  const messages = contacts.map((contact) => envelope(event, contactEventOf(contact)));
  await insertOutbox(manager, SCHEDULER_OUTBOX, messages);
}

/** What the history keeps: what others are told, and the rest of what a booking can change. */
const contactThen = (contact: StoredContact): ContactThen => ({
  ...contactEventOf(contact),
  antenna: contact.antenna,
  priority: contact.priority,
  stream: contact.stream,
});

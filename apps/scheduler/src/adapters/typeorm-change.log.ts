import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { ContactEvent } from '#common/contracts';
import { type ContactState, formatInstant } from '#common/domain';
import { ChangeLog, type ContactChanged } from '../live/change-log.port.js';

/** "PRG" and "numb" in ASCII: who holds it gives the numbers. */
export const NUMBERING_LOCK = [0x50_52_47, 0x6e_75_6d_62] as const;

const HAS_UNNUMBERED =
  'SELECT EXISTS (SELECT FROM contact_history WHERE number IS NULL) AS has_unnumbered';

/**
 * In the order of ids, which of one contact is the order of its changes: each waits for the one before
 * to be committed.
 */
const NUMBER = `
  WITH last AS (SELECT coalesce(max(number), 0) AS number FROM contact_history),
       fresh AS (
         SELECT id, row_number() OVER (ORDER BY id) AS nr
         FROM (SELECT id FROM contact_history WHERE number IS NULL ORDER BY id LIMIT $1) AS next)
  UPDATE contact_history changed SET number = last.number + fresh.nr
  FROM fresh, last WHERE changed.id = fresh.id`;

/** History that is older than the column `contact` knows state and revision alone. */
const AFTER = `
  SELECT h.number, (extract(epoch FROM h.at) * 1000000)::bigint AS at, h.by, h.reason, h.state,
         h.revision, h.contact_id, h.contact, c.ship_name, c.antenna, c.channel,
         (extract(epoch FROM c.start_time) * 1000000)::bigint AS start_time, c.duration
  FROM contact_history h JOIN contacts c ON c.id = h.contact_id
  WHERE h.number > $1 ORDER BY h.number LIMIT $2`;

interface ChangeRow {
  readonly number: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
  readonly state: ContactState;
  readonly revision: number;
  readonly contact_id: string;
  readonly contact: ContactEvent | null;
  readonly ship_name: string;
  readonly antenna: string | null;
  readonly channel: string | null;
  readonly start_time: string;
  readonly duration: number;
}

/** The history in PostgreSQL. */
@Injectable()
export class TypeOrmChangeLog extends ChangeLog {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async number(limit: number): Promise<number> {
    const [row] = (await this.source.query(HAS_UNNUMBERED)) as { has_unnumbered: boolean }[];
    if (!row?.has_unnumbered) return 0;
    return this.source.transaction(async (manager) => {
      // A statement of its own: the next one must see what the holder before has committed.
      if (!(await isHolder(manager))) return 0;
      const [, count] = (await manager.query(NUMBER, [limit])) as [unknown, number];
      return count;
    });
  }

  async last(): Promise<number> {
    const [row] = (await this.source.query(
      'SELECT coalesce(max(number), 0) AS last FROM contact_history',
    )) as [{ last: string }];
    return Number(row.last);
  }

  async after(number: number, limit: number): Promise<ContactChanged[]> {
    const rows = (await this.source.query(AFTER, [number, limit])) as ChangeRow[];
    return rows.map(changedOf);
  }
}

async function isHolder(manager: EntityManager): Promise<boolean> {
  const [row] = (await manager.query('SELECT pg_try_advisory_xact_lock($1, $2) AS is_holder', [
    ...NUMBERING_LOCK,
  ])) as { is_holder: boolean }[];
  return row?.is_holder === true;
}

function changedOf(row: ChangeRow): ContactChanged {
  const { by, reason, state } = row;
  const contact = { ...contactNow(row), ...row.contact };
  return { number: Number(row.number), at: Number(row.at), by, reason, state, contact };
}

/** What an older history lacks is as it is today. */
const contactNow = (row: ChangeRow): ContactEvent => ({
  contact_id: row.contact_id,
  ship_name: row.ship_name,
  antenna: row.antenna,
  channel: row.channel,
  state: row.state,
  revision: row.revision,
  start_time: formatInstant(Number(row.start_time)),
  duration: row.duration,
  reason: row.reason,
  displaced_by: null,
});

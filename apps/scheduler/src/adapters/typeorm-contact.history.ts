import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ContactState } from '#common/domain';
import {
  type ContactEntry,
  ContactHistory,
  type ContactThen,
} from '../contacts/contact-history.port.js';

interface HistoryRow {
  readonly id: string;
  readonly number: string | null;
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
  readonly state: ContactState;
  readonly revision: number;
  readonly contact: Partial<ContactThen> | null;
}

/** The history in PostgreSQL. The changes of a contact wait for each other, so its ids are in order. */
@Injectable()
export class TypeOrmContactHistory extends ContactHistory {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async of(contactId: string, limit: number, after: number): Promise<ContactEntry[]> {
    const rows = (await this.source.query(
      `SELECT id, number, (extract(epoch FROM at) * 1000000)::bigint AS at, by, reason, state,
              revision, contact
       FROM contact_history h WHERE contact_id = $1 AND id > $2 ORDER BY h.id LIMIT $3`,
      [contactId, after, limit],
    )) as HistoryRow[];
    return rows.map(entryOf);
  }
}

const entryOf = ({ id, number, at, ...rest }: HistoryRow): ContactEntry => ({
  ...rest,
  position: Number(id),
  number: number === null ? null : Number(number),
  at: Number(at),
});

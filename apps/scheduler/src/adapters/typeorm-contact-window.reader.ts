import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type ContactState, formatInstant } from '#common/domain';
import type { CalendarContact } from '../calendar/contact-calendar.js';
import { type ContactWindow, ContactWindowReader } from '../calendar/contact-window.port.js';

interface Row {
  readonly id: string;
  readonly revision: number;
  readonly ship_name: string;
  readonly start_time: string;
  readonly duration: number;
  readonly antenna: string | null;
  readonly state: ContactState;
  readonly end_reason: string | null;
  readonly changed_at: string;
}

/** Contacts in PostgreSQL; the last line of its history says when a contact changed. */
@Injectable()
export class TypeOrmContactWindowReader extends ContactWindowReader {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async contactsIn(window: ContactWindow, limit: number): Promise<CalendarContact[]> {
    const rows = (await this.source.query(
      `SELECT c.id, c.revision, c.ship_name, c.duration, c.antenna, c.state, c.end_reason,
              (extract(epoch FROM c.start_time) * 1000000)::bigint AS start_time,
              (extract(epoch FROM coalesce(last.at, c.created_at)) * 1000000)::bigint AS changed_at
       FROM contacts c LEFT JOIN LATERAL (
         SELECT at FROM contact_history h WHERE h.contact_id = c.id ORDER BY h.id DESC LIMIT 1
       ) AS last ON true
       WHERE c.start_time >= $1 AND c.start_time < $2
         AND ($3::text IS NULL OR c.ship_name = $3) AND ($4::text IS NULL OR c.antenna = $4)
       ORDER BY c.start_time, c.id LIMIT $5`,
      [
        formatInstant(window.from),
        formatInstant(window.to),
        window.shipName,
        window.antenna,
        limit,
      ],
    )) as Row[];
    return rows.map(contactOf);
  }
}

const contactOf = (row: Row): CalendarContact => ({
  id: row.id,
  revision: row.revision,
  shipName: row.ship_name,
  startTime: Number(row.start_time),
  durationSeconds: row.duration,
  antenna: row.antenna,
  state: row.state,
  endReason: row.end_reason,
  changedAt: Number(row.changed_at),
});

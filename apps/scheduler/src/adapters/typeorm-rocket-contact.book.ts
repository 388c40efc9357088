import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { RocketContact, RocketContacts } from '#common/contracts';
import { RocketContactBook } from '../rockets/rocket-contact.book.port.js';
import { contactEventOf } from './contact-messages.js';
import { CONTACT_COLUMNS, contactOf, type ContactRow } from './contact-row.js';

type PlacedRow = ContactRow & { readonly place: 'last' | 'next' };

const oneEach = (place: PlacedRow['place'], condition: string, order: string): string => `
  SELECT '${place}' AS place, ${CONTACT_COLUMNS}
  FROM (SELECT DISTINCT unnest($1::text[]) AS asked) AS rockets CROSS JOIN LATERAL (
    SELECT * FROM contacts WHERE channel = asked AND ${condition} ORDER BY ${order} LIMIT 1) AS found`;

const LAST_AND_NEXT = `
  ${oneEach('last', 'started_at IS NOT NULL', 'start_time DESC, id DESC')}
  UNION ALL ${oneEach('next', `state = 'scheduled'`, 'start_time, id')}`;

@Injectable()
export class TypeOrmRocketContactBook extends RocketContactBook {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async contactsOf(channels: readonly string[]): Promise<RocketContacts[]> {
    const rows = (await this.source.query(LAST_AND_NEXT, [channels])) as PlacedRow[];
    const byChannel = new Map<string, RocketContacts>();
    for (const row of rows) {
      const { channel, ...contact } = contactEventOf(contactOf(row));
      if (channel === null) continue;
      const known = byChannel.get(channel) ?? { channel, last: null, next: null };
      const placed: Partial<Record<PlacedRow['place'], RocketContact>> = { [row.place]: contact };
      byChannel.set(channel, { ...known, ...placed });
    }
    return [...byChannel.values()];
  }
}

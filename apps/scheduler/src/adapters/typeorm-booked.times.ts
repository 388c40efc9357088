import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { formatInstant } from '#common/domain';
import { DURATION_SECONDS_MAX } from '../contacts/contact.dto.js';
import { type BookedTime, BookedTimes } from '../passes/booked-times.port.js';
import type { Window } from '../passes/pass.js';

interface BookedRow {
  readonly id: string;
  readonly antenna: string | null;
  readonly ship_name: string;
  readonly from_micros: string;
  readonly to_micros: string;
}

/** What stands in the table of contacts. */
@Injectable()
export class TypeOrmBookedTimes extends BookedTimes {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async between(
    { from, to }: Window,
    antennas: readonly string[],
    shipNames: readonly string[],
    limit: number,
  ): Promise<BookedTime[]> {
    // By the index on the start: no contact is longer than that, so earlier ones are over.
    const rows = (await this.source.query(
      `SELECT id, antenna, ship_name, (extract(epoch FROM start_time) * 1000000)::bigint AS from_micros,
              (extract(epoch FROM planned_end) * 1000000)::bigint AS to_micros
       FROM contacts
       WHERE start_time < $2 AND start_time > $1::timestamptz - make_interval(secs => $6)
         AND planned_end > $1 AND state IN ('scheduled', 'starting', 'active')
         AND (antenna = ANY ($3) OR ship_name = ANY ($4))
       ORDER BY start_time, id LIMIT $5`,
      [
        formatInstant(from),
        formatInstant(to),
        antennas,
        shipNames,
        limit,
        DURATION_SECONDS_MAX + 1,
      ],
    )) as BookedRow[];
    return rows.map((row) => ({
      contactId: row.id,
      antenna: row.antenna,
      shipName: row.ship_name,
      from: Number(row.from_micros),
      to: Number(row.to_micros),
    }));
  }
}

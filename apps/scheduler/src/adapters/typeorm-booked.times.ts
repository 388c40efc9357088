import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { formatInstant } from '#common/domain';
import { DURATION_SECONDS_MAX } from '../contacts/contact.dto.js';
import { type BookedTime, BookedTimes } from '../passes/booked-times.port.js';
import type { Window } from '../passes/pass.js';

interface BookedRow {
  readonly id: string | null;
  readonly antenna: string | null;
  readonly ship_name: string | null;
  readonly from_micros: string;
  readonly to_micros: string;
}

const microsOf = (column: string, name: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${name}`;

/** What stands in the tables of contacts and of blocks. */
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
      `SELECT id, antenna, ship_name, ${microsOf('start_time', 'from_micros')},
              ${microsOf('end_time', 'to_micros')}
       FROM (
         SELECT id, antenna, ship_name, start_time, planned_end AS end_time FROM contacts
         WHERE start_time < $2 AND start_time > $1::timestamptz - make_interval(secs => $6)
           AND planned_end > $1 AND state IN ('scheduled', 'starting', 'active')
           AND (antenna = ANY ($3) OR ship_name = ANY ($4))
         UNION ALL
         SELECT NULL, a.name, NULL, w.start_time, w.end_time
         FROM antenna_windows w JOIN antennas a ON a.id = w.antenna_id
         WHERE w.kind = 'block' AND a.name = ANY ($3) AND w.start_time < $2 AND w.end_time > $1
       ) AS taken
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

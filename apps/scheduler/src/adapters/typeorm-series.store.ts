import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ContactState } from '#common/domain';
import { DomainError, formatInstant, type Instant } from '#common/domain';
import type { Cause } from '../contacts/contact-store.port.js';
import { formatLocalTime } from '../series/recurrence/local-time.js';
import {
  type BookedOccurrence,
  type NewSeries,
  type Series,
  SERIES_MAX,
  type SkippedOccurrence,
} from '../series/series.js';
import {
  type ChangedSeries,
  type Rolled,
  type SeriesChange,
  SeriesStore,
} from '../series/series-store.port.js';
import { changing } from './changing.js';
import { changeSeries } from './series-change.js';
import { SERIES_COLUMNS, seriesRows } from './series-row.js';

/** "PRG" and "seri" in ASCII: who adds a series waits for who adds another, to count them. */
const ADD_LOCK = [0x50_52_47, 0x73_65_72_69] as const;
/** What was skipped is told so long. */
const SKIPS_KEPT_DAYS = 30;

/** Series in PostgreSQL. */
@Injectable()
export class TypeOrmSeriesStore extends SeriesStore {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  add(series: NewSeries, { by }: Cause): Promise<Series> {
    return this.source.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1, $2)', [...ADD_LOCK]);
      const [{ count }] = (await manager.query(
        'SELECT count(*)::integer AS count FROM series WHERE ended_at IS NULL',
      )) as [{ count: number }];
      if (count >= SERIES_MAX)
        throw new DomainError('SERIES_FULL', `At most ${SERIES_MAX} series can go on`);
      const [added] = await seriesRows(
        manager,
        `INSERT INTO series (id, contact, start_local, time_zone, rrule, exclude, by)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${SERIES_COLUMNS}`,
        [
          randomUUID(),
          JSON.stringify(series.contact),
          formatLocalTime(series.start),
          series.timeZone,
          series.rrule,
          series.exclude.map(formatLocalTime),
          by,
        ],
      );
      return added!;
    });
  }

  async find(id: string): Promise<Series | null> {
    const sql = `SELECT ${SERIES_COLUMNS} FROM series WHERE id = $1`;
    return (await seriesRows(this.source.manager, sql, [id]))[0] ?? null;
  }

  page(limit: number, after: string | null): Promise<Series[]> {
    return seriesRows(
      this.source.manager,
      `SELECT ${SERIES_COLUMNS} FROM series
       WHERE $2::uuid IS NULL OR position < (SELECT position FROM series WHERE id = $2::uuid)
       ORDER BY position DESC LIMIT $1`,
      [limit, after],
    );
  }

  change(id: string, change: SeriesChange, cause: Cause): Promise<ChangedSeries> {
    return changing(this.source, (manager) => changeSeries(manager, id, change, cause));
  }

  async booked(id: string, from: Instant, limit: number): Promise<BookedOccurrence[]> {
    const rows = (await this.source.query(
      `SELECT id, state, (extract(epoch FROM series_at) * 1000000)::bigint AS at FROM contacts
       WHERE series_id = $1 AND series_at >= $2 ORDER BY series_at LIMIT $3`,
      [id, formatInstant(from), limit],
    )) as { id: string; state: ContactState; at: string }[];
    return rows.map((row) => ({ at: Number(row.at), contactId: row.id, state: row.state }));
  }

  async skipped(id: string, from: Instant, limit: number): Promise<SkippedOccurrence[]> {
    const rows = (await this.source.query(
      `SELECT (extract(epoch FROM at) * 1000000)::bigint AS at, code, reason, tries,
              (extract(epoch FROM tried_at) * 1000000)::bigint AS tried_at FROM series_skips s
       WHERE series_id = $1 AND s.at >= $2 ORDER BY s.at LIMIT $3`,
      [id, formatInstant(from), limit],
    )) as { at: string; code: string; reason: string; tries: number; tried_at: string }[];
    return rows.map(({ at, tried_at, ...rest }) => ({
      ...rest,
      at: Number(at),
      triedAt: Number(tried_at),
    }));
  }

  async claim(leaseMs: number): Promise<Series | null> {
    const claimed = await seriesRows(
      this.source.manager,
      `UPDATE series SET roll_at = clock_timestamp() + $1 * interval '1 millisecond'
       WHERE id = (
         SELECT id FROM series WHERE ended_at IS NULL AND roll_at <= clock_timestamp()
         ORDER BY roll_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${SERIES_COLUMNS}`,
      [leaseMs],
    );
    return claimed[0] ?? null;
  }

  rolled({ id, edition }: Series, { bookedUntil, skipped, againMs }: Rolled): Promise<void> {
    return this.source.transaction(async (manager) => {
      const current = await seriesRows(
        manager,
        `UPDATE series SET booked_until = $3,
                roll_at = clock_timestamp() + coalesce($4, 0) * interval '1 millisecond',
                ended_at = CASE WHEN $4::integer IS NULL THEN clock_timestamp() END
         WHERE id = $1 AND edition = $2 AND ended_at IS NULL RETURNING ${SERIES_COLUMNS}`,
        [id, edition, formatInstant(bookedUntil), againMs],
      );
      if (current.length === 0) return;
      await manager.query(
        `INSERT INTO series_skips (series_id, at, code, reason)
         SELECT $1, * FROM unnest($2::timestamptz[], $3::text[], $4::text[])
         ON CONFLICT (series_id, at) DO UPDATE SET code = excluded.code, reason = excluded.reason,
           tries = series_skips.tries + 1, tried_at = excluded.tried_at`,
        [
          id,
          skipped.map(({ at }) => formatInstant(at)),
          skipped.map(({ code }) => code),
          skipped.map(({ reason }) => reason),
        ],
      );
      await manager.query(
        `DELETE FROM series_skips s WHERE series_id = $1 AND (
           at < clock_timestamp() - $2 * interval '1 day' OR EXISTS (
             SELECT FROM contacts c WHERE c.series_id = s.series_id AND c.series_at = s.at))`,
        [id, SKIPS_KEPT_DAYS],
      );
    });
  }

  async forgetEnded(ageMs: number): Promise<void> {
    await this.source.query(
      `DELETE FROM series WHERE ended_at < clock_timestamp() - $1 * interval '1 millisecond'`,
      [ageMs],
    );
  }
}

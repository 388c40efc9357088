import type { EntityManager } from 'typeorm';
import { parseLocalTime } from '../series/recurrence/local-time.js';
import type { Series, SeriesContact } from '../series/series.js';

const micros = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

export const SERIES_COLUMNS = [
  'id, contact, start_local, time_zone, rrule, exclude, by, edition',
  ...['ends_before', 'booked_until', 'created_at', 'ended_at'].map(micros),
].join(', ');

export interface SeriesRow {
  readonly id: string;
  readonly contact: SeriesContact;
  readonly start_local: string;
  readonly time_zone: string;
  readonly rrule: string;
  readonly exclude: readonly string[];
  readonly by: string;
  readonly edition: number;
  readonly ends_before: string | null;
  readonly booked_until: string | null;
  readonly created_at: string;
  readonly ended_at: string | null;
}

export function seriesOf(row: SeriesRow): Series {
  return {
    id: row.id,
    contact: row.contact,
    start: localOf(row.start_local),
    timeZone: row.time_zone,
    rrule: row.rrule,
    exclude: row.exclude.map(localOf),
    by: row.by,
    edition: row.edition,
    endsBefore: instantOf(row.ends_before),
    bookedUntil: instantOf(row.booked_until),
    createdAt: Number(row.created_at),
    endedAt: instantOf(row.ended_at),
  };
}

/** Runs a statement with `RETURNING` or a SELECT, and maps what came back. */
export async function seriesRows(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[],
): Promise<Series[]> {
  const result = (await manager.query(sql, [...parameters])) as SeriesRow[] | [SeriesRow[], number];
  // TypeORM answers an UPDATE with [rows, count].
  const rows = Array.isArray(result[0]) ? result[0] : (result as SeriesRow[]);
  return rows.map(seriesOf);
}

const instantOf = (text: string | null): number | null => (text === null ? null : Number(text));

function localOf(text: string): number {
  const local = parseLocalTime(text);
  if (local === null) throw new Error(`A stored local time cannot be read: ${text}`);
  return local;
}

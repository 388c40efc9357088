import type { EntityManager } from 'typeorm';
import { type ContactState, formatInstant, type Instant } from '#common/domain';
import type { Conflict } from '../antennas/antenna-conflict.js';
import { FREE_WINDOWS_MAX } from '../antennas/antenna-taken.dto.js';
import { type FreeWindow, freeWindows, type TimeWindow } from '../antennas/time-window.js';

/** A search reads so many windows at most; a busy antenna may have a free one behind them. */
const WINDOWS_READ_MAX = 1_000;

export interface WantedWindow extends TimeWindow {
  readonly index: number;
  readonly antennaId: number;
  /** Not in its own way. */
  readonly id: string;
}

export const instant = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column.split('.').at(-1)}`;

/** Those that were booked twice before that was refused are not in the index of the others. */
const overlapping = (antenna: string, from: string, to: string): string => `
  SELECT * FROM antenna_windows
    WHERE NOT is_exempt AND int4range(antenna_id, antenna_id, '[]') && int4range(${antenna}, ${antenna}, '[]')
      AND tstzrange(start_time, end_time) && tstzrange(${from}, ${to})
  UNION ALL SELECT * FROM antenna_windows
    WHERE is_exempt AND antenna_id = ${antenna} AND start_time < ${to} AND end_time > ${from}`;

const CONFLICT_COLUMNS = [
  'w.id, w.kind, w.reason, c.ship_name, c.priority, c.state',
  ...['w.start_time', 'w.end_time'].map(instant),
].join(', ');

interface ConflictRow {
  readonly index: number;
  readonly id: string;
  readonly kind: 'contact' | 'block';
  readonly start_time: string;
  readonly end_time: string;
  readonly reason: string | null;
  readonly ship_name: string | null;
  readonly priority: number | null;
  readonly state: ContactState | null;
}

/** What has one of the antennas at the time, by the wanted ones' order; not more than `limit`. */
export async function windowsInTheWay(
  manager: EntityManager,
  wanted: readonly WantedWindow[],
  limit: number,
): Promise<Conflict[]> {
  const rows = (await manager.query(
    `SELECT wanted.index, ${CONFLICT_COLUMNS}
     FROM unnest($1::integer[], $2::integer[], $3::timestamptz[], $4::timestamptz[], $5::uuid[])
            AS wanted (index, antenna_id, start_time, end_time, id)
       CROSS JOIN LATERAL (${overlapping('wanted.antenna_id', 'wanted.start_time', 'wanted.end_time')}) AS w
       LEFT JOIN contacts c ON c.id = w.id AND w.kind = 'contact'
     WHERE w.id <> wanted.id LIMIT $6`,
    [
      wanted.map(({ index }) => index),
      wanted.map(({ antennaId }) => antennaId),
      wanted.map(({ start }) => formatInstant(start)),
      wanted.map(({ end }) => formatInstant(end)),
      wanted.map(({ id }) => id),
      limit,
    ],
  )) as ConflictRow[];
  return rows
    .map(conflictOf)
    .toSorted((one, other) => one.index - other.index || one.start - other.start);
}

/** The open contacts of an antenna, by their start. */
export async function contactsOnAntenna(
  manager: EntityManager,
  antennaId: number,
  limit: number,
): Promise<Conflict[]> {
  const rows = (await manager.query(
    `SELECT 0 AS index, ${CONFLICT_COLUMNS}
     FROM antenna_windows w JOIN contacts c ON c.id = w.id
     WHERE w.antenna_id = $1 AND w.kind = 'contact' ORDER BY w.start_time LIMIT $2`,
    [antennaId, limit],
  )) as ConflictRow[];
  return rows.map(conflictOf);
}

const conflictOf = (row: ConflictRow): Conflict => ({
  index: row.index,
  kind: row.kind,
  id: row.id,
  bookingIndex: null,
  shipName: row.ship_name,
  priority: row.priority,
  state: row.state,
  reason: row.reason,
  start: Number(row.start_time),
  end: Number(row.end_time),
});

/** The next ones in which the wanted one had room, beside what is stored and `others`. */
export async function freeWindowsFor(
  manager: EntityManager,
  { antennaId, id, start, end }: WantedWindow,
  others: readonly TimeWindow[],
): Promise<FreeWindow[]> {
  const rows = (await manager.query(
    `SELECT ${instant('start_time')}, ${instant('end_time')} FROM (
       (${overlapping('$1::integer', '$2::timestamptz', `$2::timestamptz + interval '1 microsecond'`)})
       UNION ALL
       (SELECT * FROM antenna_windows WHERE antenna_id = $1 AND start_time > $2
        ORDER BY start_time LIMIT $4)) AS w
     WHERE id <> $3 ORDER BY w.start_time`,
    [antennaId, formatInstant(start), id, WINDOWS_READ_MAX],
  )) as { start_time: string; end_time: string }[];
  const occupied = rows.map((row) => ({
    start: Number(row.start_time),
    end: Number(row.end_time),
  }));
  return freeWindows([...occupied, ...others], {
    from: start,
    lengthMin: end - start,
    countMax: FREE_WINDOWS_MAX,
    knownUntil: knownUntil(occupied),
  });
}

/** One of those read may be the wanted contact itself, and is left out. */
const knownUntil = (occupied: readonly TimeWindow[]): Instant | null =>
  occupied.length < WINDOWS_READ_MAX - 1 ? null : (occupied.at(-1)?.start ?? null);

import type { EntityManager } from 'typeorm';
import { DomainError, formatInstant } from '#common/domain';
import type { Cause } from '../contacts/contact-store.port.js';
import { formatLocalTime } from '../series/recurrence/local-time.js';
import { EXCLUDE_MAX, type Series } from '../series/series.js';
import type { ChangedSeries, SeriesChange } from '../series/series-store.port.js';
import { SERIES_COLUMNS, seriesRows } from './series-row.js';
import { endOpen } from './typeorm-contact.store.js';

/** Takes occurrences from a series in this transaction, with the contacts that were booked for them. */
export async function changeSeries(
  manager: EntityManager,
  id: string,
  change: SeriesChange,
  cause: Cause,
): Promise<ChangedSeries> {
  const [series] = await seriesRows(
    manager,
    `SELECT ${SERIES_COLUMNS} FROM series WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (!series) throw new DomainError('SERIES_NOT_FOUND', `No series has the id ${id}`);
  if (series.endedAt !== null) return { series, cancelledIds: [] };
  const changed = await update(manager, series, change);
  return { series: changed, cancelledIds: await cancel(manager, id, change, cause) };
}

async function update(
  manager: EntityManager,
  { id, exclude }: Series,
  change: SeriesChange,
): Promise<Series> {
  const excluded = new Set([...exclude, ...change.exclude.map(({ local }) => local)]);
  if (excluded.size > EXCLUDE_MAX)
    throw new DomainError('SERIES_EXCLUSIONS_FULL', `A series excludes ${EXCLUDE_MAX} at most`);
  const [changed] = await seriesRows(
    manager,
    `UPDATE series SET edition = edition + 1, exclude = $2, roll_at = clock_timestamp(),
            ends_before = least(ends_before, $3::timestamptz),
            ended_at = CASE WHEN least(ends_before, $3::timestamptz) <= clock_timestamp()
                            THEN clock_timestamp() END
     WHERE id = $1 RETURNING ${SERIES_COLUMNS}`,
    [
      id,
      [...excluded].toSorted((one, other) => one - other).map(formatLocalTime),
      change.endsBefore === null ? null : formatInstant(change.endsBefore),
    ],
  );
  return changed!;
}

async function cancel(
  manager: EntityManager,
  id: string,
  { exclude, endsBefore }: SeriesChange,
  cause: Cause,
): Promise<string[]> {
  const gone = '(series_at >= $2::timestamptz OR series_at = ANY ($3::timestamptz[]))';
  const parameters = [
    id,
    endsBefore === null ? null : formatInstant(endsBefore),
    exclude.map(({ at }) => formatInstant(at)),
  ];
  const contacts = (await manager.query(
    `SELECT id FROM contacts WHERE series_id = $1 AND state = 'scheduled' AND ${gone}
     ORDER BY id FOR UPDATE`,
    parameters,
  )) as { id: string }[];
  await manager.query(
    `DELETE FROM series_skips WHERE series_id = $1 AND ${gone.replaceAll('series_at', 'at')}`,
    parameters,
  );
  if (contacts.length === 0) return [];
  const ids = `{${contacts.map((contact) => contact.id).join(',')}}`;
  const reason = cause.reason ?? 'Taken from its series';
  const ended = await endOpen(manager, 'id = ANY ($2::uuid[])', ids, { ...cause, reason });
  return ended.map((contact) => contact.id);
}

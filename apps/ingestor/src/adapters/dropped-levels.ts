import type { QueryRunner } from 'typeorm';
import { formatInstant } from '#common/domain';
import type { ArchiveWeek } from '../archive/week.js';
import { batteriesOf, fieldsOf, LEVEL_SECONDS, SERIES, type SeriesRow } from './level-rollup.js';
import { MARK_UNLEVELLED, MINUTE_OF_BLOCK } from './unlevelled-minutes.js';

/**
 * Removes the levels of a week that is gone; what is left of it outside its partition gets new ones.
 * In the transaction that removes the week, which keeps all others from changing levels meanwhile.
 */
export async function dropLevels(
  runner: QueryRunner,
  week: ArchiveWeek,
  ships: readonly number[],
): Promise<void> {
  const bounds = [formatInstant(week.start), formatInstant(week.end)];
  for (const shipId of ships) {
    const series = (await runner.query(SERIES, [shipId])) as SeriesRow[];
    // No stretch crosses the end of a week.
    await runner.query(
      `DELETE FROM sample_levels WHERE ship_id = $1 AND battery = ANY ($2::smallint[])
         AND field = ANY ($3::text[]) AND step = ANY ($4::integer[]) AND start >= $5 AND start < $6`,
      [shipId, batteriesOf(series), fieldsOf(series), LEVEL_SECONDS, ...bounds],
    );
  }
  const isOfThese = 'ship_id = ANY ($1::integer[]) AND minute >= $2 AND minute < $3';
  // Locked by a statement of its own: the next one sees what was stored before it got the locks.
  await runner.query(
    `SELECT FROM unlevelled_minutes WHERE ${isOfThese} ORDER BY ship_id, minute FOR UPDATE`,
    [ships, ...bounds],
  );
  await runner.query(
    `DELETE FROM unlevelled_minutes WHERE ${isOfThese} AND NOT EXISTS (
       SELECT FROM blocks b WHERE b.ship_id = unlevelled_minutes.ship_id
         AND b.first_at >= minute AND b.first_at < minute + interval '1 minute')`,
    [ships, ...bounds],
  );
  await runner.query(
    `INSERT INTO unlevelled_minutes (ship_id, minute)
     SELECT DISTINCT ship_id, ${MINUTE_OF_BLOCK} AS minute FROM blocks
     WHERE ship_id = ANY ($1::integer[]) AND first_at >= $2 AND first_at < $3
     ORDER BY ship_id, minute ${MARK_UNLEVELLED}`,
    [ships, ...bounds],
  );
}

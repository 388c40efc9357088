import type { QueryRunner } from 'typeorm';
import { formatInstant, type Instant, MICROS_PER_SECOND } from '#common/domain';
import { LEVEL_STEPS } from '../archive/level-steps.js';
import type { LevelledMinute } from '../archive/minutes.port.js';
import { levelArrays } from './minute-rows.js';

const KEY = '(ship_id, battery, field, step, start)';
const SET = `count = excluded.count, min = excluded.min, min_at = excluded.min_at,
  max = excluded.max, max_at = excluded.max_at`;

/** Batteries and fields that a ship has levels of, one look into the index each. */
export const SERIES = `
  WITH RECURSIVE series AS (
    (SELECT battery, field FROM sample_levels WHERE ship_id = $1 ORDER BY battery, field LIMIT 1)
    UNION ALL
    SELECT later.battery, later.field FROM series, LATERAL (
      SELECT battery, field FROM sample_levels
      WHERE ship_id = $1 AND (battery, field) > (series.battery, series.field)
      ORDER BY battery, field LIMIT 1) AS later)
  SELECT battery, field FROM series`;

export interface SeriesRow {
  readonly battery: number;
  readonly field: string;
}

const MINUTE = `
  INSERT INTO sample_levels ${KEY.slice(0, -1)}, count, min, min_at, max, max_at)
  SELECT $1, battery, field, $2, $3, count, min, min_at, max, max_at
  FROM unnest($4::smallint[], $5::text[], $6::bigint[], $7::double precision[], $8::timestamptz[],
              $9::double precision[], $10::timestamptz[])
    AS level (battery, field, count, min, min_at, max, max_at)`;

/** A stretch out of the shorter ones that it consists of, of the series at hand. */
const ROLLUP = `
  WITH level AS (
    SELECT battery, field, sum(count)::bigint AS count,
           min(min) AS min, (array_agg(min_at ORDER BY min, min_at))[1] AS min_at,
           max(max) AS max, (array_agg(max_at ORDER BY max DESC, max_at))[1] AS max_at
    FROM sample_levels
    WHERE ship_id = $1 AND battery = ANY ($2::smallint[]) AND field = ANY ($3::text[])
      AND step = $4 AND start >= $5 AND start < $6
    GROUP BY battery, field
  ), gone AS (
    DELETE FROM sample_levels
    WHERE ship_id = $1 AND battery = ANY ($2::smallint[]) AND field = ANY ($3::text[])
      AND step = $7 AND start = $5 AND (battery, field) NOT IN (SELECT battery, field FROM level)
  )
  INSERT INTO sample_levels ${KEY.slice(0, -1)}, count, min, min_at, max, max_at)
  SELECT $1, battery, field, $7, $5, count, min, min_at, max, max_at FROM level
  ON CONFLICT ${KEY} DO UPDATE SET ${SET}`;

const seconds = (step: number): number => step / MICROS_PER_SECOND;

/** The steps as they stand in the table. */
export const LEVEL_SECONDS = LEVEL_STEPS.map(seconds);

/** In the transaction that ends the waiting of the minute; one process at a time for each ship. */
export async function storeLevels(runner: QueryRunner, minute: LevelledMinute): Promise<void> {
  const { shipId, levels } = minute;
  const series = await seriesOf(runner, minute);
  if (series.length === 0) return;
  const [batteries, fields] = [batteriesOf(series), fieldsOf(series)];
  const [step, start] = [seconds(LEVEL_STEPS[0]!), formatInstant(minute.minute)];
  await runner.query(
    `DELETE FROM sample_levels WHERE ship_id = $1 AND battery = ANY ($2::smallint[])
       AND field = ANY ($3::text[]) AND step = $4 AND start = $5`,
    [shipId, batteries, fields, step, start],
  );
  if (levels.length > 0) await runner.query(MINUTE, [shipId, step, start, ...levelArrays(levels)]);
  for (const [at, span] of LEVEL_STEPS.entries()) {
    const parts = LEVEL_STEPS[at - 1];
    if (parts !== undefined) await rollUp(runner, minute, series, { parts, span });
  }
}

async function rollUp(
  runner: QueryRunner,
  { shipId, minute }: LevelledMinute,
  series: readonly SeriesRow[],
  { parts, span }: { readonly parts: number; readonly span: number },
): Promise<void> {
  const start: Instant = Math.floor(minute / span) * span;
  await runner.query(ROLLUP, [
    shipId,
    batteriesOf(series),
    fieldsOf(series),
    seconds(parts),
    formatInstant(start),
    formatInstant(start + span),
    seconds(span),
  ]);
}

/** Those with levels now, and those that once had some: the minute may have lost them. */
async function seriesOf(
  runner: QueryRunner,
  { shipId, levels }: LevelledMinute,
): Promise<SeriesRow[]> {
  const known = (await runner.query(SERIES, [shipId])) as SeriesRow[];
  return [...known, ...levels];
}

export const batteriesOf = (series: readonly SeriesRow[]): number[] => [
  ...new Set(series.map(({ battery }) => battery)),
];

export const fieldsOf = (series: readonly SeriesRow[]): string[] => [
  ...new Set(series.map(({ field }) => field)),
];

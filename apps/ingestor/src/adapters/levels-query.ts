import type { DataSource } from 'typeorm';
import { formatInstant, MICROS_PER_SECOND } from '#common/domain';
import { LEVEL_STEPS } from '../archive/level-steps.js';
import type { Level, LevelQuery, Levels } from '../archive/telemetry-archive.port.js';
import { micros } from './telemetry-row.js';

const MINUTE_SECONDS = LEVEL_STEPS[0]! / MICROS_PER_SECOND;
const stretchOf = (column: string): string =>
  `date_bin($6::integer * interval '1 second', ${column}, '1600-01-01T00:00:00Z')`;

/**
 * In one statement, so that levels and minutes without one fit together. Where a stretch has such
 * minutes, its level is made of those of its other minutes.
 */
const LEVELS = `
  WITH unlevelled AS MATERIALIZED (
    SELECT minute, ${stretchOf('minute')} AS stretch FROM unlevelled_minutes
    WHERE ship_id = $1 AND minute >= $4 AND minute < $5
  ), stale AS MATERIALIZED (
    SELECT DISTINCT stretch FROM unlevelled
  ), found AS (
    SELECT start, count, min, min_at, max, max_at FROM sample_levels
    WHERE ship_id = $1 AND battery = $2 AND field = $3 AND step = $6 AND start >= $4 AND start < $5
      AND start NOT IN (SELECT stretch FROM stale)
    UNION ALL
    SELECT stretch, sum(count), min(min), (array_agg(min_at ORDER BY min, min_at))[1],
           max(max), (array_agg(max_at ORDER BY max DESC, max_at))[1]
    FROM stale JOIN sample_levels ON start >= stretch
      AND start < stretch + $6::integer * interval '1 second'
    WHERE ship_id = $1 AND battery = $2 AND field = $3 AND step = ${MINUTE_SECONDS}
      AND $6::integer > ${MINUTE_SECONDS} AND start NOT IN (SELECT minute FROM unlevelled)
    GROUP BY stretch
    UNION ALL
    SELECT minute, NULL, NULL, NULL, NULL, NULL FROM unlevelled
  )
  SELECT ${['start', 'min_at', 'max_at'].map(micros).join(', ')}, count, min, max
  FROM found ORDER BY found.start`;

interface LevelRow {
  readonly start: string;
  /** Null for a minute without levels, as all that follows. */
  readonly count: string | null;
  readonly min: number;
  readonly min_at: string;
  readonly max: number;
  readonly max_at: string;
}

export async function readLevels(
  source: DataSource,
  shipId: number,
  { battery, field, start, end, step }: LevelQuery,
): Promise<Levels> {
  const rows = (await source.query(LEVELS, [
    shipId,
    battery,
    field,
    formatInstant(start),
    formatInstant(end),
    step / MICROS_PER_SECOND,
  ])) as LevelRow[];
  return {
    levels: rows.filter(({ count }) => count !== null).map(levelOf),
    unlevelled: rows.filter(({ count }) => count === null).map((row) => Number(row.start)),
  };
}

const levelOf = (row: LevelRow): Level => ({
  start: Number(row.start),
  count: Number(row.count),
  min: row.min,
  minAt: Number(row.min_at),
  max: row.max,
  maxAt: Number(row.max_at),
});

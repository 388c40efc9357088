import type { DataSource } from 'typeorm';
import { formatInstant, type Instant, MICROS_PER_SECOND } from '#common/domain';
import { runPrepared } from '#common/persistence';
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
  SELECT ${['start', 'min_at', 'max_at'].map(micros).join(', ')}, count, min, max FROM found`;

/** So many in one text: it is read in one go, and datagrams wait meanwhile. */
const PIECE_ROWS = 1_000;

/** In texts: a thousand rows of their own cost the client more than all else of an answer. */
const AS_TEXT = `
  SELECT json_agg(json_build_array(start, count, min, min_at, max, max_at) ORDER BY start) AS rows
  FROM (SELECT *, (row_number() OVER (ORDER BY start) - 1) / ${PIECE_ROWS} AS piece
        FROM (${LEVELS}) AS level) AS numbered
  GROUP BY piece ORDER BY piece`;

/** After its start, a minute without levels has nothing but null. All figures are finite. */
type LevelRow = readonly [
  start: Instant,
  count: number | null,
  min: number,
  minAt: Instant,
  max: number,
  maxAt: Instant,
];

interface Piece {
  readonly rows: readonly LevelRow[];
}

export async function readLevels(
  source: DataSource,
  shipId: number,
  { battery, field, start, end, step }: LevelQuery,
): Promise<Levels> {
  const pieces = await runPrepared<Piece>(source, 'read-levels', AS_TEXT, [
    String(shipId),
    String(battery),
    field,
    formatInstant(start),
    formatInstant(end),
    String(step / MICROS_PER_SECOND),
  ]);
  const rows = pieces.flatMap((piece) => piece.rows);
  return {
    levels: rows.filter(([, count]) => count !== null).map(levelOf),
    unlevelled: rows.filter(([, count]) => count === null).map(([minute]) => minute),
  };
}

const levelOf = ([start, count, min, minAt, max, maxAt]: LevelRow): Level => ({
  start,
  count: count!,
  min,
  minAt,
  max,
  maxAt,
});

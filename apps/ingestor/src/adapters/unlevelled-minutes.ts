/**
 * How whoever adds or removes blocks says so, behind an `INSERT INTO unlevelled_minutes`: a row that is
 * there already is locked until the transaction ends. With `DO NOTHING` the levels could be worked out
 * between this statement and its commit, without its blocks, and nobody would ever know.
 */
export const MARK_UNLEVELLED = `
  ON CONFLICT (ship_id, minute) DO UPDATE SET minute = excluded.minute WHERE false`;

/** The start of the minute that a block lies in. */
export const MINUTE_OF_BLOCK = `date_bin('1 minute', first_at, '1600-01-01T00:00:00Z')`;

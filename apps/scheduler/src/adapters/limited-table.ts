import type { DataSource } from 'typeorm';

/** A table that the outside can fill; its names are ours, never a request's. */
export interface LimitedTable {
  readonly table: string;
  readonly rowsMax: number;
  readonly key: string;
}

/** Puts a row in the place of that with the same key; false where it would be one too many. */
export function putLimited(
  source: DataSource,
  { table, rowsMax, key }: LimitedTable,
  row: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const columns = Object.keys(row);
  const values = Object.values(row);
  const sets = columns.map((name) => `${name} = excluded.${name}`);
  return source.transaction(async (manager) => {
    // One after the other, or two could each find room for one.
    await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [table]);
    const put = (await manager.query(
      `INSERT INTO ${table} (${columns.join(', ')})
       SELECT ${columns.map((_, at) => `$${at + 1}`).join(', ')}
       WHERE EXISTS (SELECT 1 FROM ${table} WHERE ${key} = $${columns.indexOf(key) + 1})
          OR (SELECT count(*) FROM ${table}) < ${rowsMax}
       ON CONFLICT (${key}) DO UPDATE SET ${sets.join(', ')}
       RETURNING 1`,
      values,
    )) as unknown[];
    return put.length > 0;
  });
}

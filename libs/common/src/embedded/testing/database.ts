import pg from 'pg';

/** Runs one query on a connection of its own. */
export async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that is killed in a test also ends idle connections: no fault of the test.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function writeRow(url: string, note: string): Promise<void> {
  await query(url, 'create table if not exists kept (note text not null)');
  await query(url, `insert into kept values ('${note}')`);
}

export async function readRows(url: string): Promise<string[]> {
  const rows = await query<{ readonly note: string }>(url, 'select note from kept order by note');
  return rows.map(({ note }) => note);
}

export async function setting(url: string, name: string): Promise<string | undefined> {
  const rows = await query<{ readonly value: string }>(
    url,
    `select current_setting('${name}') value`,
  );
  return rows[0]?.value;
}

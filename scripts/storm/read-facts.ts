import pg from 'pg';
import type { ContactReport } from '#common/contracts';
import type { ChangeFact, ContactFact, ReceptionFact, SamplesFact } from './facts.js';

const QUERY_MS_MAX = 60_000;

export type DatabaseFacts = Awaited<ReturnType<typeof readDatabase>>;

const micros = (column: string, name = column): string =>
  `(extract(epoch FROM ${column}) * 1000000)::float8 AS "${name}"`;

const CONTACTS = `
  SELECT id, ship_name AS "shipName", duration, state, fence, fault, end_reason AS "endReason",
    antenna, ${micros('series_at', 'seriesAt')}, report, coalesce((stream->>'batteries')::integer, 1) AS batteries,
    ${micros('start_time', 'startTime')}, ${micros('planned_end', 'plannedEnd')},
    ${micros('started_at', 'startedAt')}, ${micros('ended_at', 'endedAt')}
  FROM contacts`;

const RECEPTIONS = `
  SELECT contact_id AS "contactId", fence::integer, event_key AS "eventKey",
    samples_stored::integer AS "samplesStored", ${micros('ended_at', 'endedAt')}
  FROM receptions`;

const SAMPLES = `
  SELECT contact_id AS "contactId", sum(samples)::integer AS count,
    sum(packets)::integer AS "packetCount",
    (SELECT count(DISTINCT (own.fence, sequence))::integer
     FROM blocks own, json_array_elements(own.numbers) AS range,
       generate_series((range->>0)::bigint, (range->>1)::bigint) AS sequence
     WHERE own.contact_id = b.contact_id) AS "numberCount"
  FROM blocks b GROUP BY contact_id`;

/** What the servers remember of the storm. */
export async function readDatabase(url: string) {
  return withClient(url, async (client) => ({
    contacts: await rowsOf<ContactFact>(client, CONTACTS),
    changes: await rowsOf<ChangeFact>(
      client,
      'SELECT contact_id AS "contactId", state FROM contact_history ORDER BY id',
    ),
    receptions: await rowsOf<ReceptionFact>(client, RECEPTIONS),
    reports: (await rowsOf<{ report: ContactReport }>(client, 'SELECT report FROM reports')).map(
      ({ report }) => report,
    ),
    samples: await rowsOf<SamplesFact>(client, SAMPLES),
  }));
}

/** How far the changes of contacts are numbered, and how many wait for it. */
export async function readNumbers(
  url: string,
): Promise<{ readonly last: number; readonly unnumbered: number }> {
  return withClient(url, async (client) => {
    const [row] = await rowsOf<{ last: number; unnumbered: number }>(
      client,
      `SELECT coalesce(max(number), 0)::float8 AS last,
         count(*) FILTER (WHERE number IS NULL)::float8 AS unnumbered FROM contact_history`,
    );
    return row ?? { last: 0, unnumbered: 0 };
  });
}

const OPEN = `
  SELECT 'contacts: ' || ship_name || ' is ' || state || ', id ' || id AS line FROM contacts
    WHERE state IN ('scheduled', 'starting', 'active')
  UNION ALL SELECT 'receptions: ' || contact_id || ' is open' FROM receptions
    WHERE ended_at IS NULL
  UNION ALL SELECT 'outbox: ' || app || ' holds ' || coalesce(envelope->>'type', '?') ||
    coalesce(', ' || dead_reason, '') || coalesce(', ' || last_fault, '') FROM outbox`;

/** What has not come to its end; and how long until the last window passes, 0 when it has. */
export async function readOpenRows(
  url: string,
): Promise<{ readonly rows: readonly string[]; readonly windowsLeftMs: number }> {
  return withClient(url, async (client) => {
    const rows = await rowsOf<{ line: string }>(client, OPEN);
    const [windows] = await rowsOf<{ left: number | null }>(
      client,
      `SELECT (extract(epoch FROM max(planned_end) - clock_timestamp()) * 1000)::float8 AS left
       FROM contacts`,
    );
    return {
      rows: rows.map(({ line }) => line),
      windowsLeftMs: Math.max(0, windows?.left ?? 0),
    };
  });
}

async function rowsOf<T extends pg.QueryResultRow>(
  client: pg.Client,
  sql: string,
): Promise<readonly T[]> {
  return (await client.query<T>(sql)).rows;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: QUERY_MS_MAX,
    query_timeout: QUERY_MS_MAX,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

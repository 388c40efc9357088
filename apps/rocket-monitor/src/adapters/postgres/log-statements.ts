import { contentOf, type RocketArrival, type RocketEvent } from '#common/domain';
import type { Statement } from './log-connections.js';

const KINDS: Readonly<Record<RocketEvent['type'], number>> = {
  RocketSpeedIncreased: 0,
  RocketSpeedDecreased: 0,
  RocketLaunched: 1,
  RocketMissionChanged: 2,
  RocketExploded: 3,
};

/** Whether a message may make something known that others are told of. */
export const mayTell = ({ event }: RocketArrival): boolean => KINDS[event.type] > 0;

const BATCH = `
  SELECT channel, number, received_at, kind, $6::bigint, content
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::smallint[], $5::text[])
    AS message (channel, number, received_at, kind, content)`;
const INSERT = `
  INSERT INTO rocket_messages (channel, number, received_at, kind, writer, content) ${BATCH}
  ON CONFLICT DO NOTHING RETURNING channel, number`;

/** With `insertParameters`; gives those that were inserted. */
export const INSERT_MESSAGES: Statement = { name: 'rocket-insert', text: INSERT };

/** With `insertOneParameters`: a message that comes alone takes two thirds of the time so. */
export const INSERT_ONE: Statement = {
  name: 'rocket-insert-one',
  text: `INSERT INTO rocket_messages (channel, number, received_at, kind, writer, content)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING channel, number`,
};

/**
 * Inserts as well, and tells from which messages the facts were known before: the highest of each
 * kind. Both are of the moment after the locks were had.
 */
export const INSERT_TELLING: Statement = {
  name: 'rocket-insert-telling',
  text: `
    WITH inserted AS (${INSERT}), known AS (
      SELECT channels.channel, highest.number, highest.content
      FROM (SELECT DISTINCT unnest($1::text[])) AS channels (channel),
           unnest('{1,2,3}'::smallint[]) AS kinds (kind),
           LATERAL (SELECT number, content FROM rocket_messages
                    WHERE channel = channels.channel AND kind = kinds.kind AND kind > 0
                    ORDER BY number DESC LIMIT 1) AS highest
    )
    SELECT (SELECT json_agg(json_build_array(channel, number)) FROM inserted) AS inserted,
           (SELECT json_agg(json_build_array(channel, number, content)) FROM known) AS known`,
};

/**
 * In one order on every node, so that two that insert the same messages wait for each other, but never
 * both at once.
 */
export const inLogOrder = (batch: readonly RocketArrival[]): RocketArrival[] =>
  batch.toSorted((a, b) => byText(a.channel, b.channel) || a.number - b.number);

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

export const insertParameters = (batch: readonly RocketArrival[], writer: number): unknown[] => [
  batch.map(({ channel }) => channel),
  batch.map(({ number }) => number),
  batch.map(({ receivedAt }) => receivedAt),
  batch.map(({ event }) => KINDS[event.type]),
  batch.map(contentOf),
  writer,
];

export const insertOneParameters = (arrival: RocketArrival, writer: number): unknown[] => {
  const { channel, number, receivedAt, event } = arrival;
  return [channel, number, receivedAt, KINDS[event.type], writer, contentOf(arrival)];
};

/** Compares repetitions with what was first taken, and counts them. */
export const COUNT_REPEATED: Statement = {
  name: 'rocket-count-repeated',
  text: `
    WITH repeated AS (
      SELECT again.nr, again.channel, first.content = again.content AS is_same
      FROM unnest($1::text[], $2::bigint[], $3::text[]) WITH ORDINALITY
             AS again (channel, number, content, nr)
        JOIN rocket_messages first USING (channel, number)
    ), counted AS (
      INSERT INTO rocket_counts AS counts (channel, duplicates, conflicts)
      SELECT channel, count(*) FILTER (WHERE is_same), count(*) FILTER (WHERE NOT is_same)
      FROM repeated GROUP BY channel ORDER BY channel COLLATE "C"
      ON CONFLICT (channel) DO UPDATE SET duplicates = counts.duplicates + excluded.duplicates,
        conflicts = counts.conflicts + excluded.conflicts, txid = pg_current_xact_id()
      RETURNING channel, duplicates, conflicts, rejected
    )
    SELECT (SELECT json_agg(json_build_array(nr, is_same)) FROM repeated) AS repeated,
           (SELECT json_agg(json_build_array(channel, duplicates, conflicts, rejected))
            FROM counted) AS counts`,
};

/** Keeps a rejection, lets the oldest go, counts it at its channel if that has a message. */
export const REJECT: Statement = {
  name: 'rocket-reject',
  text: `
    WITH kept AS (
      INSERT INTO rocket_rejections (rejection) VALUES ($1)
    ), forgotten AS (
      DELETE FROM rocket_rejections WHERE position <= (
        SELECT position FROM rocket_rejections ORDER BY position DESC OFFSET $2::integer - 1 LIMIT 1)
    ), counted AS (
      INSERT INTO rocket_counts AS counts (channel, rejected)
      SELECT $3, 1 WHERE EXISTS (SELECT FROM rocket_messages WHERE channel = $3)
      ON CONFLICT (channel) DO UPDATE
        SET rejected = counts.rejected + 1, txid = pg_current_xact_id()
      RETURNING channel, duplicates, conflicts, rejected
    )
    SELECT json_agg(json_build_array(channel, duplicates, conflicts, rejected)) AS counts
    FROM counted`,
};

export const REJECTED: Statement = {
  name: 'rocket-rejected',
  text: 'SELECT rejection FROM rocket_rejections ORDER BY position DESC LIMIT $1',
};

/**
 * What was committed since a snapshot by other writers, by transaction, from $2 on. A row from before
 * the database was moved may have a transaction that is still to come here: it is in no news.
 */
export const READ_NEWS: Statement = {
  name: 'rocket-news',
  text: `
    WITH page AS (
      SELECT *, sum(octet_length(content)) OVER (ORDER BY txid ROWS UNBOUNDED PRECEDING) AS bytes
      FROM (SELECT channel, number, content, txid FROM rocket_messages
            WHERE txid >= $2::xid8 AND txid < pg_snapshot_xmax(pg_current_snapshot())
              AND writer <> $3 AND NOT pg_visible_in_snapshot(txid, $1::pg_snapshot)
            ORDER BY txid LIMIT $4) AS first
    )
    SELECT pg_current_snapshot()::text AS snapshot,
      (pg_current_wal_insert_lsn() - '0/0')::text AS inserted,
      (pg_current_wal_flush_lsn() - '0/0')::text AS flushed,
      (SELECT '[' || string_agg('[' || to_json(channel) || ',' || number || ',' || content || ',"' ||
                                txid || '"]', ',' ORDER BY txid) || ']'
       FROM page WHERE bytes <= $5) AS messages,
      (SELECT count(*) < $4 AND coalesce(max(bytes), 0) <= $5 FROM page) AS is_last,
      (SELECT json_agg(json_build_array(channel, duplicates, conflicts, rejected))
       FROM rocket_counts
       WHERE txid >= pg_snapshot_xmin($1::pg_snapshot)
         AND txid < pg_snapshot_xmax(pg_current_snapshot())
         AND NOT pg_visible_in_snapshot(txid, $1::pg_snapshot)) AS counts`,
};

import { RECEPTION_PREPARE } from '#common/contracts';
import { ENVELOPE_VERSION } from '#common/messaging';
import { SCHEDULER_OUTBOX } from './contact-row.js';
import { isoInstant } from './iso-instant.js';

/** What receivers are told of the start that is to come of a contact `c`: a JSON object. */
const ORDER = `
  json_build_object('contact_id', c.id, 'fence', c.fence + 1, 'ship_name', c.ship_name,
    'planned_start', ${isoInstant('c.start_time')}, 'planned_end', ${isoInstant('c.planned_end')},
    'stream', c.stream)::text`;

/** A JSON text of which only the data is not known yet. */
const envelopeOf = (type: string, data: string): string => `
  ('{"id":"' || message_id || '","type":"${type}","time":"' ||
    (SELECT ${isoInstant('at')} FROM clock_timestamp() at) ||
    '","version":${ENVELOPE_VERSION},"data":' || ${data} || '}')::json`;

/**
 * Begins what is due, by the database's clock and with nothing in between. The rows are locked, so
 * that nobody changes them meanwhile; the key of `begun_contacts` lets one begin it, whatever the
 * others have read before. $1 is who begins.
 *
 * Locked rows are the newest, the rows that are read last are those of the statement's beginning: one
 * that was changed in between begins as well, but what to command is read when it is settled.
 */
const begin = (due: string): string => `
  WITH due AS MATERIALIZED (${due}
    FOR UPDATE OF c SKIP LOCKED),
  begun AS (
    INSERT INTO begun_contacts (starter, contact_id, revision, fence, started_at)
    SELECT $1::uuid, id, revision, fence + 1, clock_timestamp() FROM due
    ON CONFLICT DO NOTHING RETURNING contact_id, revision, fence, started_at)
  SELECT c.id, c.ship_name, c.duration, c.stream, begun.fence,
    (extract(epoch FROM c.start_time) * 1000000)::bigint AS start_time,
    (extract(epoch FROM begun.started_at) * 1000000)::bigint AS started_at
  FROM begun JOIN contacts c ON c.id = begun.contact_id AND c.revision = begun.revision`;

/**
 * Those of $2. The conditions are such as no index fits: else all that is due would be read for each
 * thousand of it. These are found by their keys.
 */
export const BEGIN_THESE = begin(`
    SELECT c.id, c.revision, c.fence FROM contacts c
    WHERE c.id = ANY ($2::uuid[]) AND c.state || '' = 'scheduled' AND c.start_time <= clock_timestamp()
      AND c.planned_end > clock_timestamp()`);

/**
 * The first $2 that are due; what another scheduler has claimed is left to it for $3 milliseconds.
 * The clock is asked in queries of their own: with a million contacts waiting each look would read
 * them all.
 */
export const BEGIN_DUE = begin(`
    SELECT c.id, c.revision, c.fence FROM contacts c
    WHERE c.state = 'scheduled' AND c.start_time <= (SELECT clock_timestamp())
      AND c.planned_end > clock_timestamp()
      AND NOT EXISTS (SELECT FROM begun_contacts b WHERE b.contact_id = c.id)
      AND (c.start_time < (SELECT clock_timestamp() - $3::float8 * interval '1 millisecond')
        OR coalesce((SELECT s.claimer = $1::uuid OR l.until IS NULL OR l.until < clock_timestamp()
                     FROM start_claims s LEFT JOIN start_claimers l ON l.id = s.claimer
                     WHERE s.contact_id = c.id AND s.revision = c.revision), true))
    ORDER BY c.start_time LIMIT $2::integer`);

/**
 * Prolongs the lease of $1 by $2, and claims up to $4 contacts that are due within $3 and that nobody
 * else holds; those that are claimed at the same time go to one. Their receivers are told. Claimed ones
 * are looked up again: among those that were free, each would be looked for among all.
 */
export const CLAIM_DUE = `
  WITH lease AS (
    INSERT INTO start_claimers (id, until)
    VALUES ($1::uuid, clock_timestamp() + $2::float8 * interval '1 millisecond')
    ON CONFLICT (id) DO UPDATE SET until = excluded.until),
  free AS MATERIALIZED (
    SELECT c.id, c.revision, s.claimer
    FROM contacts c LEFT JOIN start_claims s ON s.contact_id = c.id
      LEFT JOIN start_claimers l ON l.id = s.claimer
    WHERE c.state = 'scheduled'
      AND c.start_time <= (SELECT clock_timestamp() + $3::float8 * interval '1 millisecond')
      AND c.planned_end > clock_timestamp()
      AND NOT EXISTS (SELECT FROM begun_contacts b WHERE b.contact_id = c.id)
      AND (s.contact_id IS NULL OR s.revision <> c.revision
        OR s.claimer <> $1::uuid AND coalesce(l.until < clock_timestamp(), true))
    ORDER BY c.start_time LIMIT $4::integer),
  dead AS MATERIALIZED (
    SELECT DISTINCT claimer FROM free WHERE claimer <> $1::uuid),
  claimed AS (
    INSERT INTO start_claims AS s (contact_id, claimer, revision)
    SELECT id, $1::uuid, revision FROM free ORDER BY id
    ON CONFLICT (contact_id) DO UPDATE SET claimer = excluded.claimer,
        revision = excluded.revision
      WHERE s.revision <> excluded.revision OR s.claimer IN (SELECT claimer FROM dead)
    RETURNING contact_id),
  prepared AS (
    INSERT INTO outbox (id, app, envelope)
    SELECT message_id, '${SCHEDULER_OUTBOX}', ${envelopeOf(RECEPTION_PREPARE, 'command')}
    FROM (SELECT ${ORDER} AS command, start_time, gen_random_uuid() AS message_id
          FROM claimed JOIN contacts c ON id = contact_id WHERE start_time > clock_timestamp()) c
    ORDER BY start_time)
  SELECT c.id, c.revision, (extract(epoch FROM c.start_time) * 1000000)::bigint AS start_time
  FROM claimed JOIN contacts c ON c.id = contact_id ORDER BY c.start_time`;

/** Gives back what $1 holds. */
export const RELEASE_CLAIMS = `
  WITH claimer AS (DELETE FROM start_claimers WHERE id = $1::uuid)
  DELETE FROM start_claims WHERE claimer = $1::uuid`;

/** Claims of contacts that were cancelled or changed, and claimers that are gone for long. */
export const FORGET_VOID_CLAIMS = `
  WITH claimer AS (
    DELETE FROM start_claimers WHERE until < clock_timestamp() - interval '1 minute')
  DELETE FROM start_claims s WHERE NOT EXISTS (
    SELECT FROM contacts c
    WHERE c.id = s.contact_id AND c.revision = s.revision AND c.state = 'scheduled')`;

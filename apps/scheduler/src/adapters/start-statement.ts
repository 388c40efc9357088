import { RECEPTION_OPEN, RECEPTION_PREPARE } from '#common/contracts';
import { ENVELOPE_VERSION } from '#common/messaging';
import { SCHEDULER_OUTBOX } from './contact-row.js';
import { isoInstant } from './iso-instant.js';

/** What receivers are told of a start of a contact `c`: a JSON object. */
const orderOf = (fence: string): string => `
  json_build_object('contact_id', c.id, 'fence', ${fence}, 'ship_name', c.ship_name,
    'planned_start', ${isoInstant('c.start_time')}, 'planned_end', ${isoInstant('c.planned_end')},
    'stream', c.stream)::text`;

/** What the history says of a contact `c` once it is started: `ContactThen` in SQL. */
const EVENT = `
  json_build_object('contact_id', c.id, 'ship_name', c.ship_name, 'antenna', c.antenna,
    'channel', c.channel, 'state', 'starting', 'revision', c.revision,
    'start_time', ${isoInstant('c.start_time')}, 'duration', c.duration, 'reason', c.end_reason,
    'displaced_by', c.displaced_by, 'priority', c.priority, 'stream', c.stream)::text`;

/** A JSON text of which only the data is not known yet. */
const envelopeOf = (type: string, data: string): string => `
  ('{"id":"' || message_id || '","type":"${type}","time":"' ||
    (SELECT ${isoInstant('at')} FROM clock_timestamp() at) ||
    '","version":${ENVELOPE_VERSION},"data":' || ${data} || '}')::json`;

/**
 * Starts what is due in one statement: rows, history and commands, by the database's clock and with
 * nothing in between. What another scheduler has claimed is left to it for a while ($3); $4 is how
 * long the commands are left to this process, which gets them back to send them. Texts are those of
 * the claim; without one they are made here.
 *
 * The clock is asked in queries of their own: in a condition itself it would keep the index from being
 * used, and with a million contacts waiting each look would read them all.
 */
export const START_DUE = `
  WITH due AS MATERIALIZED (
    SELECT c.id AS due_id FROM contacts c
    WHERE c.state = 'scheduled' AND c.start_time <= (SELECT clock_timestamp())
      AND c.planned_end > clock_timestamp()
      AND (c.start_time < (SELECT clock_timestamp() - $3::float8 * interval '1 millisecond')
        OR coalesce((SELECT s.claimer = $2::uuid OR l.until IS NULL OR l.until < clock_timestamp()
                     FROM start_claims s LEFT JOIN start_claimers l ON l.id = s.claimer
                     WHERE s.contact_id = c.id AND s.revision = c.revision), true))
    ORDER BY c.start_time LIMIT $1::integer FOR UPDATE OF c SKIP LOCKED),
  begun AS (
    UPDATE contacts c SET state = 'starting', fence = fence + 1,
           started_at = clock_timestamp()
    FROM due WHERE id = due_id
    RETURNING c.*, (SELECT s FROM start_claims s
                    WHERE s.contact_id = c.id AND s.revision = c.revision) AS claim),
  started AS MATERIALIZED (
    SELECT id, revision, start_time, started_at,
      coalesce((claim).command, ${orderOf('c.fence')}) AS command,
      coalesce((claim).event, ${EVENT}) AS event
    FROM begun c ORDER BY start_time),
  released AS (
    DELETE FROM start_claims USING due WHERE contact_id = due_id),
  recorded AS (
    INSERT INTO contact_history (contact_id, revision, state, contact, by)
    SELECT id, revision, 'starting', event::json, 'scheduler' FROM started ORDER BY start_time),
  message AS MATERIALIZED (
    SELECT id AS contact_id, message_id, start_time, ${envelopeOf(
      RECEPTION_OPEN,
      `left(command, -1) || ',"started_at":"' || ${isoInstant('started_at')}
         || '","lateness_ms":' || (extract(epoch FROM started_at - start_time) * 1000)::float8 || '}'`,
    )} AS envelope
    FROM (SELECT *, gen_random_uuid() AS message_id FROM started) s
    ORDER BY start_time),
  sent AS (
    INSERT INTO outbox (id, app, envelope, attempt, available_at)
    SELECT message_id, '${SCHEDULER_OUTBOX}', envelope, CASE WHEN $4::float8 > 0 THEN 1 ELSE 0 END,
      clock_timestamp() + $4::float8 * interval '1 millisecond' FROM message)
  SELECT contact_id, envelope FROM message`;

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
    SELECT c.id, c.revision, s.claimer, ${orderOf('c.fence + 1')} AS command, ${EVENT} AS event
    FROM contacts c LEFT JOIN start_claims s ON s.contact_id = c.id
      LEFT JOIN start_claimers l ON l.id = s.claimer
    WHERE c.state = 'scheduled'
      AND c.start_time <= (SELECT clock_timestamp() + $3::float8 * interval '1 millisecond')
      AND c.planned_end > clock_timestamp()
      AND (s.contact_id IS NULL OR s.revision <> c.revision
        OR s.claimer <> $1::uuid AND coalesce(l.until < clock_timestamp(), true))
    ORDER BY c.start_time LIMIT $4::integer),
  dead AS MATERIALIZED (
    SELECT DISTINCT claimer FROM free WHERE claimer <> $1::uuid),
  claimed AS (
    INSERT INTO start_claims AS s (contact_id, claimer, revision, command, event)
    SELECT id, $1::uuid, revision, command, event FROM free ORDER BY id
    ON CONFLICT (contact_id) DO UPDATE SET claimer = excluded.claimer,
        revision = excluded.revision, command = excluded.command, event = excluded.event
      WHERE s.revision <> excluded.revision OR s.claimer IN (SELECT claimer FROM dead)
    RETURNING contact_id, command),
  prepared AS (
    INSERT INTO outbox (id, app, envelope)
    SELECT message_id, '${SCHEDULER_OUTBOX}', ${envelopeOf(RECEPTION_PREPARE, 'command')}
    FROM (SELECT command, start_time, gen_random_uuid() AS message_id
          FROM claimed JOIN contacts ON id = contact_id WHERE start_time > clock_timestamp()) c
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

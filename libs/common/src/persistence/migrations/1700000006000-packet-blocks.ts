import type { MigrationInterface, QueryRunner } from 'typeorm';
import { samplesIntoBlocks } from './samples-into-blocks.js';

/** Older ones wait in the default partition: rows of so many years are no clock's, or not ours. */
const WEEKS_MAX = 520;

/**
 * Blocks by the week of their first packet, as `samples` had them. A body is not compressed: that would
 * cost more than writing it.
 */
const BLOCKS = `
  CREATE TABLE blocks (
    ship_id     integer NOT NULL,
    first_at    timestamptz NOT NULL,
    contact_id  uuid NOT NULL,
    fence       bigint NOT NULL,
    number      bigint NOT NULL,
    last_at     timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    definition  text NOT NULL,
    packets     integer NOT NULL,
    samples     integer NOT NULL,
    numbers     json NOT NULL,
    body        bytea NOT NULL,
    PRIMARY KEY (ship_id, first_at, contact_id, fence, number)
  ) PARTITION BY RANGE (first_at);
  ALTER TABLE blocks ALTER COLUMN body SET STORAGE EXTERNAL;
  CREATE TABLE blocks_default PARTITION OF blocks DEFAULT;
  CREATE TABLE blocks_past PARTITION OF blocks
    FOR VALUES FROM (MINVALUE) TO ('2020-01-06T00:00:00Z');
  CREATE TABLE blocks_far PARTITION OF blocks
    FOR VALUES FROM ('2100-01-04T00:00:00Z') TO (MAXVALUE);
  ALTER TABLE receptions ADD COLUMN last_block bigint NOT NULL DEFAULT 0;
`;

/** What is derived from blocks: the newest of each battery, minima and maxima of stretches of time. */
const DERIVED = `
  CREATE TABLE latest_packets (
    ship_id      integer,
    battery      smallint,
    contact_id   uuid NOT NULL,
    fence        bigint NOT NULL,
    definition   text NOT NULL,
    generated_at timestamptz NOT NULL,
    sequence     bigint NOT NULL,
    received_at  timestamptz NOT NULL,
    packet       bytea NOT NULL,
    PRIMARY KEY (ship_id, battery)
  );
  CREATE TABLE unlevelled_minutes (
    ship_id integer,
    minute  timestamptz,
    PRIMARY KEY (ship_id, minute)
  );
  CREATE TABLE sample_levels (
    ship_id integer,
    battery smallint,
    field   text,
    step    integer,
    start   timestamptz,
    count   bigint NOT NULL,
    min     double precision NOT NULL,
    min_at  timestamptz NOT NULL,
    max     double precision NOT NULL,
    max_at  timestamptz NOT NULL,
    PRIMARY KEY (ship_id, battery, field, step, start)
  );
`;

/** Out of these rows are deleted by age. BRIN: next to nothing for an insert. */
const ARRIVALS = ['blocks_default', 'blocks_past', 'blocks_far'].map(
  (table) => `CREATE INDEX ${table}_arrivals ON ${table} USING brin (received_at);`,
);

/** Weeks that were detached and not dropped yet: their samples still count, so they come back. */
const DETACHED = `
  DO $$
  DECLARE week regclass;
  BEGIN
    FOR week IN
      SELECT c.oid FROM pg_class c
        JOIN pg_class whole ON whole.oid = 'samples'::regclass
          AND whole.relnamespace = c.relnamespace
      WHERE c.relname ~ '^samples_[0-9]{4}_[0-9]{2}_[0-9]{2}$' AND c.relkind = 'r'
        AND NOT c.relispartition
    LOOP
      EXECUTE format('
        WITH back AS (
          INSERT INTO samples SELECT * FROM %1$s ON CONFLICT DO NOTHING RETURNING ship_id
        ), gone AS (
          SELECT ship_id, count(*) AS count FROM %1$s GROUP BY ship_id
        ), stored AS (
          SELECT ship_id, count(*) AS count FROM back GROUP BY ship_id
        )
        UPDATE ships SET samples_count = samples_count - gone.count + coalesce(stored.count, 0)
        FROM gone LEFT JOIN stored USING (ship_id) WHERE ships.id = gone.ship_id', week);
      EXECUTE format('DROP TABLE %s', week);
    END LOOP;
  END $$
`;

/** For the samples that are there; further ones are the ingestor's work. */
const WEEKS = `
  DO $$
  DECLARE week timestamptz;
  BEGIN
    FOR week IN
      SELECT DISTINCT date_bin('7 days', generated_at, '2020-01-06T00:00:00Z') AS monday
      FROM samples
      WHERE generated_at >= '2020-01-06T00:00:00Z' AND generated_at < '2100-01-04T00:00:00Z'
      ORDER BY monday DESC LIMIT ${WEEKS_MAX}
    LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF blocks FOR VALUES FROM (%L) TO (%L)',
        'blocks_' || to_char(week AT TIME ZONE 'UTC', 'YYYY_MM_DD'),
        week, week + interval '168 hours');
    END LOOP;
  END $$
`;

/** The ingestor works out the levels of all that came before it kept any. */
const FILL_DERIVED = `
  UPDATE receptions r SET last_block = stored.last_block
  FROM (SELECT contact_id, fence, max(number) AS last_block FROM blocks GROUP BY contact_id, fence)
    AS stored
  WHERE stored.contact_id = r.contact_id AND stored.fence = r.fence;
  UPDATE receptions r SET first_sample_at = least(r.first_sample_at, stored.first),
    last_sample_at = greatest(r.last_sample_at, stored.last)
  FROM (SELECT contact_id, min(first_at) AS first, max(last_at) AS last FROM blocks
        GROUP BY contact_id) AS stored
  WHERE stored.contact_id = r.contact_id;
  INSERT INTO unlevelled_minutes (ship_id, minute)
  SELECT DISTINCT ship_id, date_bin('1 minute', first_at, '1600-01-01T00:00:00Z') FROM blocks;
`;

/**
 * What was received, packet by packet, in the place of rows of single samples: a row per sample ends
 * near 80,000 a second.
 */
export class PacketBlocks1700000006000 implements MigrationInterface {
  readonly name = 'PacketBlocks1700000006000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [BLOCKS, DERIVED, ...ARRIVALS, DETACHED, WEEKS]) await runner.query(sql);
    await samplesIntoBlocks(runner);
    await runner.query(FILL_DERIVED);
    await runner.query('DROP TABLE samples, latest_samples');
  }

  async down(): Promise<void> {
    throw new Error(
      'Blocks of packets do not become rows of samples again: restore a copy from before',
    );
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

const KEY = '(ship_id, generated_at, contact_id, sequence, battery)';

/** Older ones wait in the default partition: rows of so many years are no clock's, or not ours. */
const WEEKS_MAX = 520;

/**
 * Samples by the week of their generation, Monday to Monday in UTC. What has no week of its own is
 * never refused: before 2020 (a clock that was reset says 1970) and from 2100 on there is a partition
 * each, all else lies in the default. Those two stand apart so that the default, which every new
 * partition is checked against, stays small.
 *
 * The rows are copied, not attached as they are: one partition with all of the past could not be
 * dropped before its youngest row is old.
 */
export class SamplePartitions1700000003000 implements MigrationInterface {
  readonly name = 'SamplePartitions1700000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE samples RENAME TO samples_whole;
      ALTER INDEX samples_pkey RENAME TO samples_whole_pkey;
      CREATE TABLE samples (LIKE samples_whole, PRIMARY KEY ${KEY})
        PARTITION BY RANGE (generated_at);
      CREATE TABLE samples_default PARTITION OF samples DEFAULT;
      CREATE TABLE samples_past PARTITION OF samples
        FOR VALUES FROM (MINVALUE) TO ('2020-01-06T00:00:00Z');
      CREATE TABLE samples_far PARTITION OF samples
        FOR VALUES FROM ('2100-01-04T00:00:00Z') TO (MAXVALUE);
    `);
    await this.#indexArrivals(runner);
    await this.#createWeeks(runner);
    await runner.query(`
      INSERT INTO samples SELECT * FROM samples_whole;
      DROP TABLE samples_whole;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE samples_whole (LIKE samples);
      INSERT INTO samples_whole SELECT * FROM samples;
      DROP TABLE samples;
      ALTER TABLE samples_whole RENAME TO samples;
      ALTER TABLE samples ADD PRIMARY KEY ${KEY};
    `);
  }

  /** Out of these rows are deleted by age. BRIN: next to nothing for an insert. */
  async #indexArrivals(runner: QueryRunner): Promise<void> {
    for (const table of ['samples_default', 'samples_past', 'samples_far'])
      await runner.query(`CREATE INDEX ${table}_arrivals ON ${table} USING brin (received_at)`);
  }

  /** For the rows that are there; further ones are the ingestor's work. */
  async #createWeeks(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$
      DECLARE week timestamptz;
      BEGIN
        FOR week IN
          SELECT DISTINCT date_bin('7 days', generated_at, '2020-01-06T00:00:00Z') AS monday
          FROM samples_whole
          WHERE generated_at >= '2020-01-06T00:00:00Z' AND generated_at < '2100-01-04T00:00:00Z'
          ORDER BY monday DESC LIMIT ${WEEKS_MAX}
        LOOP
          EXECUTE format('CREATE TABLE %I PARTITION OF samples FOR VALUES FROM (%L) TO (%L)',
            'samples_' || to_char(week AT TIME ZONE 'UTC', 'YYYY_MM_DD'),
            week, week + interval '168 hours');
        END LOOP;
      END $$
    `);
  }
}

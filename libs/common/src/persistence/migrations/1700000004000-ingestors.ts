import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Several ingestors on one database: who holds which reception, and who is alive. */
export class Ingestors1700000004000 implements MigrationInterface {
  readonly name = 'Ingestors1700000004000';

  /** The open receptions of an earlier version belong to the next process of their ingestor's name. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ingestors (
        process     uuid PRIMARY KEY,
        name        text NOT NULL,
        lease_until timestamptz NOT NULL
      );
      INSERT INTO ingestors (process, name, lease_until)
      SELECT gen_random_uuid(), instance, clock_timestamp()
      FROM receptions WHERE ended_at IS NULL GROUP BY instance;
      ALTER TABLE receptions ADD COLUMN holder uuid;
      UPDATE receptions SET holder = process FROM ingestors
      WHERE name = instance AND ended_at IS NULL;
      DROP INDEX receptions_open;
      ALTER TABLE receptions DROP COLUMN instance;
      CREATE INDEX receptions_open ON receptions (holder) WHERE ended_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX receptions_open;
      ALTER TABLE receptions ADD COLUMN instance text NOT NULL DEFAULT 'ingestor';
      UPDATE receptions SET instance = name FROM ingestors WHERE process = holder;
      ALTER TABLE receptions DROP COLUMN holder, ALTER COLUMN instance DROP DEFAULT;
      CREATE INDEX receptions_open ON receptions (instance) WHERE ended_at IS NULL;
      DROP TABLE ingestors;
    `);
  }
}

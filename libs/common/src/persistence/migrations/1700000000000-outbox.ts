import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that wait for the bus; `app` says whose relay sends them. */
export class Outbox1700000000000 implements MigrationInterface {
  readonly name = 'Outbox1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id           uuid PRIMARY KEY,
        position     bigint GENERATED ALWAYS AS IDENTITY,
        app          text NOT NULL,
        envelope     json NOT NULL,
        attempt      integer NOT NULL DEFAULT 0,
        available_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        last_fault   text,
        dead_reason  text
      );
      CREATE INDEX outbox_waiting ON outbox (app, position) WHERE dead_reason IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox');
  }
}

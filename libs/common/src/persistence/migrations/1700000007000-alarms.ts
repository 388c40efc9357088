import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By name: a ship may have limits before its first contact. */
const LIMITS = `
  CREATE TABLE limits (
    ship_name           text COLLATE "C" NOT NULL,
    field               text COLLATE "C" NOT NULL,
    battery             integer,
    warning_low         double precision,
    warning_high        double precision,
    critical_low        double precision,
    critical_high       double precision,
    persistence_seconds double precision NOT NULL,
    hysteresis          double precision NOT NULL,
    stale_after_seconds double precision,
    UNIQUE NULLS NOT DISTINCT (ship_name, field, battery)
  );
  CREATE TABLE limit_changes (revision bigint NOT NULL);
  INSERT INTO limit_changes VALUES (0);
`;

/**
 * limit_changes has one row: who changes a limit counts it up and so holds it to the end of the
 * transaction, hence the revisions become visible in their order. A series has one alarm at a time.
 */
const ALARMS = `
  CREATE TABLE alarms (
    id           uuid PRIMARY KEY,
    position     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    ship_name    text COLLATE "C" NOT NULL,
    field        text COLLATE "C" NOT NULL,
    battery      integer,
    kind         text NOT NULL,
    severity     text NOT NULL,
    value        double precision,
    "limit"      double precision,
    raised_at    timestamptz NOT NULL,
    worst_value  double precision,
    worst_at     timestamptz,
    changed_at   timestamptz NOT NULL,
    cleared_at   timestamptz,
    contact_id   uuid,
    version      bigint NOT NULL,
    acked_by     text,
    acked_at     timestamptz,
    ack_comment  text
  );
  CREATE UNIQUE INDEX alarms_open ON alarms (ship_name, field, kind, battery) NULLS NOT DISTINCT
    WHERE cleared_at IS NULL;
  CREATE INDEX alarms_open_positions ON alarms (position) WHERE cleared_at IS NULL;
  CREATE INDEX alarms_ships ON alarms (ship_name, position);
`;

/** What values may be, and where they were not. */
export class Alarms1700000007000 implements MigrationInterface {
  readonly name = 'Alarms1700000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LIMITS);
    await runner.query(ALARMS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alarms, limit_changes, limits');
  }
}

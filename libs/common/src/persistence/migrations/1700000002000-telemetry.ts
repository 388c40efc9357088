import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the ingestor keeps: ships, receptions with their accounts, samples, reports. */
export class Telemetry1700000002000 implements MigrationInterface {
  readonly name = 'Telemetry1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    await this.#createReceptions(runner);
    await this.#createSamples(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE latest_samples, samples, reports, closings, receptions, ships');
  }

  async #createReceptions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ships (
        id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name            text COLLATE "C" NOT NULL UNIQUE,
        samples_count   bigint NOT NULL DEFAULT 0,
        first_sample_at timestamptz,
        last_sample_at  timestamptz,
        created_at      timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE TABLE receptions (
        contact_id      uuid PRIMARY KEY,
        fence           bigint NOT NULL,
        ship_id         integer NOT NULL REFERENCES ships (id),
        instance        text NOT NULL,
        planned_start   timestamptz NOT NULL,
        planned_end     timestamptz NOT NULL,
        started_at      timestamptz NOT NULL,
        lateness_ms     double precision NOT NULL,
        stream          json NOT NULL,
        port            integer,
        apid            integer,
        opened_at       timestamptz NOT NULL,
        event_key       text,
        stream_asked_at timestamptz,
        first_sequence  bigint,
        progress        json NOT NULL,
        samples_stored  bigint NOT NULL DEFAULT 0,
        first_sample_at timestamptz,
        last_sample_at  timestamptz,
        ended_at        timestamptz
      );
      CREATE INDEX receptions_open ON receptions (instance) WHERE ended_at IS NULL;
      CREATE TABLE closings (
        contact_id uuid PRIMARY KEY,
        fence      bigint NOT NULL,
        closed_at  timestamptz NOT NULL,
        reason     text NOT NULL
      );
      CREATE INDEX closings_age ON closings (closed_at);
      CREATE TABLE reports (
        contact_id uuid PRIMARY KEY,
        fence      bigint NOT NULL,
        report     json NOT NULL,
        ended_at   timestamptz NOT NULL
      );
    `);
  }

  /**
   * One index for both uniqueness and the queries of a ship: a second one would slow every insert.
   * The samples of a contact lie between its first and its last, which its reception knows.
   */
  async #createSamples(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE samples (
        contact_id   uuid NOT NULL,
        ship_id      integer NOT NULL,
        generated_at timestamptz NOT NULL,
        sequence     bigint NOT NULL,
        battery      smallint NOT NULL,
        mode         smallint,
        volts        double precision NOT NULL,
        amperes      real,
        celsius      real,
        charge       real,
        received_at  timestamptz NOT NULL,
        PRIMARY KEY (ship_id, generated_at, contact_id, sequence, battery)
      );
      CREATE TABLE latest_samples (
        LIKE samples,
        PRIMARY KEY (ship_id, battery)
      );
    `);
  }
}

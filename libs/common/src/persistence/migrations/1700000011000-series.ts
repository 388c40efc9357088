import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `contact` is what each occurrence is booked with, `edition` counts the changes. No occurrence is at
 * `ends_before` or later. Whoever
 * rolls a series puts `roll_at` off by a lease, so that it is tried again if he does not come back.
 */
const SERIES = `
  CREATE TABLE series (
    id           uuid PRIMARY KEY,
    position     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    contact      json NOT NULL,
    start_local  text NOT NULL,
    time_zone    text NOT NULL,
    rrule        text NOT NULL,
    exclude      text[] NOT NULL,
    by           text NOT NULL,
    edition      integer NOT NULL DEFAULT 1,
    ends_before  timestamptz,
    booked_until timestamptz,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at     timestamptz,
    roll_at      timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE INDEX series_due ON series (roll_at) WHERE ended_at IS NULL;
  CREATE INDEX series_ended ON series (ended_at) WHERE ended_at IS NOT NULL;
`;

/** Occurrences that could not be booked, and why not when it was last tried. */
const SKIPS = `
  CREATE TABLE series_skips (
    series_id uuid NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    at        timestamptz NOT NULL,
    code      text NOT NULL,
    reason    text NOT NULL,
    tries     integer NOT NULL DEFAULT 1,
    tried_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (series_id, at)
  );
`;

/** No reference to the series: a contact outlives it. However many roll, each occurrence is booked once. */
const OCCURRENCES = `
  ALTER TABLE contacts
    ADD COLUMN series_id uuid,
    ADD COLUMN series_at timestamptz,
    ADD CONSTRAINT contacts_series_whole CHECK ((series_id IS NULL) = (series_at IS NULL));
  CREATE UNIQUE INDEX contacts_series ON contacts (series_id, series_at)
    WHERE series_id IS NOT NULL;
`;

/** Contacts that come again and again. */
export class Series1700000011000 implements MigrationInterface {
  readonly name = 'Series1700000011000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [SERIES, SKIPS, OCCURRENCES]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE contacts DROP COLUMN series_id, DROP COLUMN series_at');
    await runner.query('DROP TABLE series_skips, series');
  }
}

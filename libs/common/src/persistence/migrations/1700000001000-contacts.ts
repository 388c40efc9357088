import type { MigrationInterface, QueryRunner } from 'typeorm';

const CONTACTS = `
  CREATE TABLE contacts (
    id          uuid PRIMARY KEY,
    ship_name   text NOT NULL CHECK (char_length(ship_name) BETWEEN 1 AND 128),
    start_time  timestamptz NOT NULL,
    duration    integer NOT NULL CHECK (duration >= 1),
    planned_end timestamptz NOT NULL CHECK (planned_end > start_time),
    state       text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'starting',
      'active', 'completed', 'failed', 'missed', 'cancelled', 'stopped')),
    revision    integer NOT NULL DEFAULT 1,
    fence       integer NOT NULL DEFAULT 0,
    antenna     text,
    priority    integer NOT NULL DEFAULT 0,
    channel     text,
    stream      json NOT NULL,
    started_at  timestamptz,
    ended_at    timestamptz,
    end_reason  text,
    fault       text CHECK (fault IN ('user', 'system', 'spacecraft', 'link')),
    report      json,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT contacts_never_early CHECK (started_at >= start_time)
  );
  CREATE INDEX contacts_due ON contacts (start_time) WHERE state = 'scheduled';
  CREATE INDEX contacts_running ON contacts (planned_end) WHERE state IN ('starting', 'active');
  CREATE INDEX contacts_open_by_channel ON contacts (channel)
    WHERE state IN ('scheduled', 'starting', 'active');
  CREATE INDEX contacts_list ON contacts (start_time DESC, id DESC);
`;

const FINAL_END_STATES = `
  CREATE FUNCTION refuse_change_of_end_state() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'Contact % has ended as %, it cannot become %', OLD.id, OLD.state, NEW.state;
  END $$;
  CREATE TRIGGER contacts_end_states_are_final BEFORE UPDATE ON contacts FOR EACH ROW
    WHEN (OLD.state NOT IN ('scheduled', 'starting', 'active') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION refuse_change_of_end_state();
`;

const HISTORY = `
  CREATE TABLE contact_history (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contacts (id),
    revision   integer NOT NULL,
    state      text NOT NULL,
    reason     text,
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE INDEX contact_history_by_contact ON contact_history (contact_id, id);
  CREATE TABLE exploded_rockets (
    channel text PRIMARY KEY,
    reason  text NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp()
  );
`;

/** The scheduler's truth: contacts, what happened to them, and the rockets that exploded. */
export class Contacts1700000001000 implements MigrationInterface {
  readonly name = 'Contacts1700000001000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [CONTACTS, FINAL_END_STATES, HISTORY]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE exploded_rockets, contact_history, contacts');
    await runner.query('DROP FUNCTION refuse_change_of_end_state');
  }
}

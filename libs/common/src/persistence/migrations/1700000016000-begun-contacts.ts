import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Contacts that have begun and whose rows do not say so yet. At the instant of a start this line alone
 * is written, and committed: row and history follow in batches within a second. Until then nobody else
 * may change the contact, whichever way he comes.
 */
const BEGUN = `
  CREATE TABLE begun_contacts (
    contact_id uuid PRIMARY KEY,
    revision   integer NOT NULL,
    fence      integer NOT NULL,
    started_at timestamptz NOT NULL,
    starter    uuid NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
  CREATE FUNCTION refuse_change_of_begun_contact() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM begun_contacts WHERE contact_id = OLD.id) THEN
      RAISE EXCEPTION 'Contact % has begun a moment ago', OLD.id USING ERRCODE = '40001';
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER contacts_that_begin_are_left_alone BEFORE UPDATE ON contacts FOR EACH ROW
    WHEN (OLD.state = 'scheduled' AND NEW.fence = OLD.fence)
    EXECUTE FUNCTION refuse_change_of_begun_contact();
`;

/**
 * What a start says is made from its contact. Schedulers of before cannot start contacts any more: all
 * of them are stopped before this runs.
 */
const CLAIMS = `
  ALTER TABLE start_claims DROP COLUMN command, DROP COLUMN event;
`;

const OLD_CLAIMS = `
  TRUNCATE start_claims;
  ALTER TABLE start_claims ADD COLUMN command text NOT NULL, ADD COLUMN event text NOT NULL;
`;

/** At its instant a start is one short line. */
export class BegunContacts1700000016000 implements MigrationInterface {
  readonly name = 'BegunContacts1700000016000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(BEGUN);
    await runner.query(CLAIMS);
  }

  /** Fails while one has begun of which its row does not know: a scheduler writes that down in a second. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$ BEGIN
        IF EXISTS (SELECT FROM begun_contacts) THEN
          RAISE EXCEPTION 'Some contacts have just begun: run a scheduler for a moment, then try again';
        END IF;
      END $$`);
    await runner.query(`
      DROP TRIGGER contacts_that_begin_are_left_alone ON contacts;
      DROP FUNCTION refuse_change_of_begun_contact;
      DROP TABLE begun_contacts`);
    await runner.query(OLD_CLAIMS);
  }
}

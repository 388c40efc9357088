import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which scheduler starts which contact of the next seconds. A claim is void when its claimer has not
 * prolonged its lease, or when its revision is not the contact's. Claims only share out the work,
 * the row of the contact decides: so they need not outlive a crash of the server, and cost no log.
 * `command` and `event` are what the start will put into the outbox and the history.
 */
const CLAIMS = `
  CREATE UNLOGGED TABLE start_claimers (
    id    uuid PRIMARY KEY,
    until timestamptz NOT NULL
  );
  CREATE UNLOGGED TABLE start_claims (
    contact_id uuid PRIMARY KEY,
    claimer    uuid NOT NULL,
    revision   integer NOT NULL,
    command    text NOT NULL,
    event      text NOT NULL
  );
`;

/**
 * What need not be done at the instant of a start. A line of history is written by the statement that
 * changes its contact, and no contact is ever deleted: to look each one up again is an eighth of a start.
 */
const LEANER_STARTS = `
  ALTER TABLE contact_history DROP CONSTRAINT contact_history_contact_id_fkey;
  DROP INDEX contact_history_numbers;
  CREATE UNIQUE INDEX contact_history_numbers ON contact_history (number)
    WHERE number IS NOT NULL;
  DROP INDEX contacts_open_by_channel;
  CREATE INDEX contacts_open_by_channel ON contacts (channel)
    WHERE channel IS NOT NULL AND state IN ('scheduled', 'starting', 'active');
`;

const FULLER_STARTS = `
  ALTER TABLE contact_history ADD FOREIGN KEY (contact_id) REFERENCES contacts (id);
  DROP INDEX contact_history_numbers;
  CREATE UNIQUE INDEX contact_history_numbers ON contact_history (number);
  DROP INDEX contacts_open_by_channel;
  CREATE INDEX contacts_open_by_channel ON contacts (channel)
    WHERE state IN ('scheduled', 'starting', 'active');
`;

/** Contacts of the next seconds are claimed ahead, and starts are cheaper. */
export class StartClaims1700000012000 implements MigrationInterface {
  readonly name = 'StartClaims1700000012000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CLAIMS);
    await runner.query(LEANER_STARTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE start_claims, start_claimers');
    await runner.query(FULLER_STARTS);
  }
}

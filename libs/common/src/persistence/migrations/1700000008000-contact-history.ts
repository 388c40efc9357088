import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who changed a contact and to what. `number` is given once a change is committed, without gaps, in
 * the order in which changes became visible: whoever reads up to a number misses none below it.
 */
const HISTORY = `
  ALTER TABLE contact_history
    ADD COLUMN by text NOT NULL DEFAULT 'scheduler',
    ADD COLUMN contact json,
    ADD COLUMN number bigint;
  CREATE UNIQUE INDEX contact_history_numbers ON contact_history (number);
  CREATE INDEX contact_history_unnumbered ON contact_history (id) WHERE number IS NULL;
  ALTER TABLE contact_history ALTER COLUMN by DROP DEFAULT;
`;

/** The scheduler's history as it is asked for: by whom, why, and what the contact was then. */
export class ContactHistory1700000008000 implements MigrationInterface {
  readonly name = 'ContactHistory1700000008000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(HISTORY);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE contact_history DROP COLUMN by, DROP COLUMN contact, DROP COLUMN number',
    );
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a contact misses beyond the ranges that its report lists, packed. What a report of before did not
 * list is not known any more: there it stays NULL, as where all is listed.
 */
export class UnlistedRanges1700000017000 implements MigrationInterface {
  readonly name = 'UnlistedRanges1700000017000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE reports ADD COLUMN unlisted_ranges bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE reports DROP COLUMN unlisted_ranges');
  }
}

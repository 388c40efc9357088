import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last and the next contact of a rocket are found without reading all that it ever had. */
export class ContactsByRocket1700000015000 implements MigrationInterface {
  readonly name = 'ContactsByRocket1700000015000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX contacts_next_of_rocket ON contacts (channel, start_time, id)
        WHERE channel IS NOT NULL AND state = 'scheduled';
      CREATE INDEX contacts_last_of_rocket ON contacts (channel, start_time DESC, id DESC)
        WHERE channel IS NOT NULL AND started_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX contacts_next_of_rocket, contacts_last_of_rocket');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was answered under which `Idempotency-Key`, for some days. */
const BOOKING_KEYS = `
  CREATE TABLE booking_keys (
    key         text PRIMARY KEY CHECK (char_length(key) BETWEEN 1 AND 255),
    fingerprint text NOT NULL,
    answer      json NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE INDEX booking_keys_by_age ON booking_keys (created_at);
`;

/**
 * What the list is filtered and sorted by. Each ends in the order of the list, so that a page is a
 * stretch of an index however many contacts there are.
 */
const LIST_INDICES = `
  DROP INDEX contacts_list;
  CREATE INDEX contacts_list ON contacts (start_time, id, planned_end);
  CREATE INDEX contacts_by_state ON contacts (state, start_time, id);
  CREATE INDEX contacts_by_creation ON contacts (state, created_at, id);
  CREATE INDEX contacts_by_ship ON contacts (ship_name, start_time, id);
  CREATE INDEX contacts_by_antenna ON contacts (antenna, start_time, id)
    WHERE antenna IS NOT NULL;
  CREATE INDEX contacts_by_channel ON contacts (channel, start_time, id)
    WHERE channel IS NOT NULL;
`;

/** Bookings that can be repeated without harm, and lists of them by whatever is asked for. */
export class BookingKeys1700000010000 implements MigrationInterface {
  readonly name = 'BookingKeys1700000010000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [BOOKING_KEYS, LIST_INDICES]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE booking_keys;
      DROP INDEX contacts_list, contacts_by_creation, contacts_by_state, contacts_by_ship,
        contacts_by_antenna, contacts_by_channel;
      CREATE INDEX contacts_list ON contacts (start_time DESC, id DESC);
    `);
  }
}

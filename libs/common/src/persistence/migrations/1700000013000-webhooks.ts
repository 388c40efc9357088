import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happened before there were numbers: all at once, so that nothing new waits behind it. */
const NUMBERS_OF_OLD = `
  WITH last AS (SELECT coalesce(max(number), 0) AS number FROM contact_history),
       old AS (SELECT id, row_number() OVER (ORDER BY id) AS nr FROM contact_history
               WHERE number IS NULL)
  UPDATE contact_history changed SET number = last.number + old.nr
  FROM old, last WHERE changed.id = old.id
`;

/**
 * Whom to call with which changes, and how far each has come: \`position\` is the number of the last
 * change that it is done with, \`attempt\` counts the tries of the next one. One scheduler at a time
 * serves a subscription, as long as its lease runs.
 */
const WEBHOOKS = `
  CREATE TABLE webhooks (
    id              uuid PRIMARY KEY,
    url             text NOT NULL,
    states          text[] NOT NULL,
    ship_name       text,
    antenna         text,
    secret          bytea NOT NULL,
    state           text NOT NULL DEFAULT 'active'
                      CHECK (state IN ('active', 'paused', 'disabled')),
    disabled_reason text,
    position        bigint NOT NULL,
    attempt         integer NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    failing_since   timestamptz,
    holder          uuid,
    lease_until     timestamptz NOT NULL DEFAULT '-infinity',
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE webhook_deliveries (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id  uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    number      bigint,
    attempt     integer NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('delivered', 'retried', 'failed')),
    status      integer,
    error       text,
    duration_ms integer NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
`;

/** Changes told to others by HTTP, and the numbers of the changes of old. */
export class Webhooks1700000013000 implements MigrationInterface {
  readonly name = 'Webhooks1700000013000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [NUMBERS_OF_OLD, WEBHOOKS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_deliveries, webhooks');
  }
}

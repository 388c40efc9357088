import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The rocket monitor's truth: a log of all messages, only ever added to. `content` is JSON as text: it is
 * compared to the letter. `kind` tells the messages that make facts known (0: it does not). By `txid` each
 * monitor finds what the others have added, by `writer` it leaves out its own.
 */
const MESSAGES = `
  CREATE TABLE rocket_messages (
    channel     text COLLATE "C" NOT NULL,
    number      bigint NOT NULL CHECK (number >= 1),
    received_at bigint NOT NULL,
    kind        smallint NOT NULL,
    writer      bigint NOT NULL,
    txid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
    content     text NOT NULL,
    PRIMARY KEY (channel, number)
  );
  CREATE INDEX rocket_messages_arrivals ON rocket_messages (channel, received_at, number);
  CREATE INDEX rocket_messages_facts ON rocket_messages (channel, kind, number) WHERE kind > 0;
  CREATE INDEX rocket_messages_news ON rocket_messages (txid);
`;

/** What is not in the log: states on the way, repetitions, refused bodies. */
const BESIDE_THE_LOG = `
  CREATE TABLE rocket_checkpoints (
    channel text COLLATE "C" NOT NULL,
    through bigint NOT NULL CHECK (through >= 1),
    rocket  text NOT NULL,
    PRIMARY KEY (channel, through)
  );
  CREATE TABLE rocket_counts (
    channel    text COLLATE "C" PRIMARY KEY,
    duplicates bigint NOT NULL DEFAULT 0,
    conflicts  bigint NOT NULL DEFAULT 0,
    rejected   bigint NOT NULL DEFAULT 0,
    txid       xid8 NOT NULL DEFAULT pg_current_xact_id()
  );
  CREATE INDEX rocket_counts_news ON rocket_counts (txid);
  CREATE TABLE rocket_rejections (
    position  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rejection text NOT NULL
  );
`;

export class Rockets1700000005000 implements MigrationInterface {
  readonly name = 'Rockets1700000005000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [MESSAGES, BESIDE_THE_LOG]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE rocket_rejections, rocket_counts, rocket_checkpoints, rocket_messages',
    );
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

const ANTENNAS = `
  CREATE TABLE antennas (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text COLLATE "C" NOT NULL UNIQUE,
    description text
  );
`;

/**
 * When an antenna is taken: a row for each open contact that names it (`id` is the contact's), and for
 * each block. In a table of its own, so that a start, which changes only the state of a contact,
 * costs nothing here. `is_exempt`: booked when antennas could still be booked twice.
 */
const WINDOWS = `
  CREATE TABLE antenna_windows (
    id         uuid PRIMARY KEY,
    antenna_id integer NOT NULL REFERENCES antennas,
    kind       text NOT NULL CHECK (kind IN ('contact', 'block')),
    start_time timestamptz NOT NULL,
    end_time   timestamptz NOT NULL CHECK (end_time > start_time),
    is_exempt  boolean NOT NULL DEFAULT false,
    reason     text,
    by         text
  );
`;

/** Found by the first open contact of the same antenna that reaches into it, or by the next one. */
const EXISTING_CONTACTS = `
  INSERT INTO antennas (name)
    SELECT DISTINCT antenna FROM contacts
    WHERE antenna IS NOT NULL AND state IN ('scheduled', 'starting', 'active') ORDER BY antenna;
  INSERT INTO antenna_windows (id, antenna_id, kind, start_time, end_time, is_exempt)
    SELECT c.id, a.id, 'contact', c.start_time, c.planned_end,
           coalesce(c.start_time < max(c.planned_end) OVER before, false)
             OR coalesce(lead(c.start_time) OVER in_turn < c.planned_end, false)
    FROM contacts c JOIN antennas a ON a.name = c.antenna
    WHERE c.state IN ('scheduled', 'starting', 'active')
    WINDOW in_turn AS (PARTITION BY a.id ORDER BY c.start_time, c.id),
           before AS (in_turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
`;

/** Half-open: one may begin when the other ends. A whole number is a range too, without an extension. */
const NO_OVERLAP = `
  ALTER TABLE antenna_windows ADD CONSTRAINT antenna_windows_never_overlap
    EXCLUDE USING gist (int4range(antenna_id, antenna_id, '[]') WITH &&,
                        tstzrange(start_time, end_time) WITH &&) WHERE (NOT is_exempt);
  CREATE INDEX antenna_windows_in_turn ON antenna_windows (antenna_id, start_time);
  CREATE INDEX antenna_windows_exempt ON antenna_windows (antenna_id) WHERE is_exempt;
  CREATE INDEX antenna_windows_blocks ON antenna_windows (antenna_id, start_time)
    WHERE kind = 'block';
`;

/**
 * Whoever writes a contact, and by whichever way it ends: its window is that of the row. A scheduler of
 * the version before, which knows nothing of antennas, may run for a while beside this one.
 */
const KEPT_BY_TRIGGER = `
  CREATE FUNCTION keep_antenna_window() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM antenna_windows WHERE id = NEW.id;
    IF NEW.antenna IS NOT NULL AND NEW.state IN ('scheduled', 'starting', 'active') THEN
      IF NOT EXISTS (SELECT FROM antennas WHERE name = NEW.antenna) THEN
        INSERT INTO antennas (name) VALUES (NEW.antenna) ON CONFLICT DO NOTHING;
      END IF;
      INSERT INTO antenna_windows (id, antenna_id, kind, start_time, end_time)
        SELECT NEW.id, id, 'contact', NEW.start_time, NEW.planned_end
        FROM antennas WHERE name = NEW.antenna;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER contacts_take_antenna AFTER INSERT ON contacts FOR EACH ROW
    WHEN (NEW.antenna IS NOT NULL)
    EXECUTE FUNCTION keep_antenna_window();
  CREATE TRIGGER contacts_move_antenna_window AFTER UPDATE ON contacts FOR EACH ROW
    WHEN ((NEW.antenna IS NOT NULL OR OLD.antenna IS NOT NULL)
      AND (NEW.antenna IS DISTINCT FROM OLD.antenna OR NEW.start_time <> OLD.start_time
        OR NEW.planned_end <> OLD.planned_end
        OR NEW.state NOT IN ('scheduled', 'starting', 'active')
          AND OLD.state IN ('scheduled', 'starting', 'active')))
    EXECUTE FUNCTION keep_antenna_window();
`;

/** What a contact lost its antenna to: a contact of higher priority, or a block. */
const DISPLACEMENT = 'ALTER TABLE contacts ADD COLUMN displaced_by uuid;';

/** Antennas, and that nobody has one twice at a time. */
export class Antennas1700000009000 implements MigrationInterface {
  readonly name = 'Antennas1700000009000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [ANTENNAS, WINDOWS, EXISTING_CONTACTS, NO_OVERLAP, KEPT_BY_TRIGGER])
      await runner.query(sql);
    await runner.query(DISPLACEMENT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER contacts_take_antenna ON contacts');
    await runner.query('DROP TRIGGER contacts_move_antenna_window ON contacts');
    await runner.query('DROP FUNCTION keep_antenna_window');
    await runner.query('DROP TABLE antenna_windows, antennas');
    await runner.query('ALTER TABLE contacts DROP COLUMN displaced_by');
  }
}

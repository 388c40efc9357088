import type { QueryRunner } from 'typeorm';
import { formatInstant, type Instant, parseInstant } from '#common/domain';
import { type PartitionKeeper, PartitionRightsError } from '../archive/partitions.port.js';
import { type ArchiveWeek, weekOf } from '../archive/week.js';
import { dropLevels } from './dropped-levels.js';
import { countOff, type ShipCount } from './ship-counts.js';
import { MARK_UNLEVELLED, MINUTE_OF_BLOCK } from './unlevelled-minutes.js';

/** Who waits for a lock on `blocks` holds up all who come after him. */
const LOCK_TIMEOUT_MS = 500;
/** Also the check of the default partition, during which nothing can be written there. */
const CHANGE_TIMEOUT_MS = 5_000;
/** Reads a whole week, and holds up nobody. */
const SCAN_TIMEOUT_MS = 600_000;
/** Moved while inserts wait: about half a second. */
export const MOVED_BLOCKS_MAX = 10_000;
export const MOVED_BYTES_MAX = 16 * 1024 * 1024;
/** Where blocks without a week lie. */
const STRAY_TABLES = ['blocks_default', 'blocks_past', 'blocks_far'];
const WEEK_NAME = '^blocks_[0-9]{4}_[0-9]{2}_[0-9]{2}$';
const NO_RIGHTS = '42501';

const nameOf = ({ start }: ArchiveWeek): string =>
  `blocks_${formatInstant(start).slice(0, 10).replaceAll('-', '_')}`;

const weekNamed = (name: string): ArchiveWeek =>
  weekOf(parseInstant(`${name.slice('blocks_'.length).replaceAll('_', '-')}T00:00:00Z`)!);

/** No retention: nothing is too old. */
const fromText = (instant: Instant): string =>
  Number.isFinite(instant) ? formatInstant(instant) : '-infinity';

export class TypeOrmPartitionKeeper implements PartitionKeeper {
  constructor(
    private readonly runner: QueryRunner,
    private readonly schema: string,
    private readonly mayChange: boolean,
    readonly release: () => Promise<void>,
  ) {}

  async weeks(): Promise<ArchiveWeek[]> {
    return (await this.#tables(true)).map(weekNamed);
  }

  async create(week: ArchiveWeek): Promise<boolean> {
    this.#demandRights();
    const [name, from, to] = [nameOf(week), formatInstant(week.start), formatInstant(week.end)];
    return this.#transaction(CHANGE_TIMEOUT_MS, async () => {
      const range = `first_at >= '${from}' AND first_at < '${to}'`;
      const moved = await this.#toMove(range);
      if (moved.count > MOVED_BLOCKS_MAX || moved.bytes > MOVED_BYTES_MAX) return false;
      // Otherwise a query that is planned already would look for the rows where they no longer are.
      // Without rows, the weaker lock of ATTACH is enough: inserts into other weeks go on.
      if (moved.count > 0)
        await this.runner.query('LOCK TABLE ONLY blocks IN ACCESS EXCLUSIVE MODE');
      await this.runner.query(`
        CREATE TABLE ${this.schema}.${name} (LIKE blocks INCLUDING ALL);
        WITH moved AS (DELETE FROM blocks_default WHERE ${range} RETURNING *)
        INSERT INTO ${this.schema}.${name} SELECT * FROM moved;
        ALTER TABLE blocks ATTACH PARTITION ${this.schema}.${name}
          FOR VALUES FROM ('${from}') TO ('${to}')`);
      return true;
    });
  }

  async drop(week: ArchiveWeek, keepFrom: Instant): Promise<boolean> {
    this.#demandRights();
    const name = nameOf(week);
    if (await this.#hasReceivedSince(name, keepFrom)) return false;
    const isDetached = await this.#transaction(CHANGE_TIMEOUT_MS, async () => {
      // Under the lock, so that no reception gets its first sample in this week meanwhile.
      // CONCURRENTLY there is not, beside a default partition.
      await this.runner.query('LOCK TABLE ONLY blocks IN ACCESS EXCLUSIVE MODE');
      if (await this.#isOpenIn(week)) return false;
      await this.runner.query(`ALTER TABLE blocks DETACH PARTITION ${this.schema}.${name}`);
      return true;
    });
    if (isDetached) await this.#finishDrop(name, keepFrom);
    return isDetached;
  }

  async finishDrops(keepFrom: Instant): Promise<void> {
    for (const name of await this.#tables(false)) await this.#finishDrop(name, keepFrom);
  }

  async deleteStray(keepFrom: Instant, max: number): Promise<number> {
    let deleted = 0;
    for (const table of STRAY_TABLES) {
      if (deleted < max) deleted += await this.#deleteFrom(table, keepFrom, max - deleted);
    }
    return deleted;
  }

  #deleteFrom(table: string, keepFrom: Instant, max: number): Promise<number> {
    return this.#transaction(CHANGE_TIMEOUT_MS, async () => {
      const counts = (await this.runner.query(
        `WITH gone AS (
           DELETE FROM ${this.schema}.${table} WHERE ctid = ANY (ARRAY (
             SELECT ctid FROM ${this.schema}.${table} s WHERE received_at < $1 AND NOT EXISTS (
               SELECT FROM receptions r WHERE r.contact_id = s.contact_id AND r.ended_at IS NULL)
             LIMIT $2))
           RETURNING ship_id, first_at, samples
         ), unlevelled AS (
           INSERT INTO unlevelled_minutes (ship_id, minute)
           SELECT DISTINCT ship_id, ${MINUTE_OF_BLOCK} AS minute FROM gone ORDER BY ship_id, minute
           ${MARK_UNLEVELLED}
         )
         SELECT ship_id, sum(samples) AS count, count(*)::integer AS blocks
         FROM gone GROUP BY ship_id`,
        [fromText(keepFrom), max],
      )) as (ShipCount & { readonly blocks: number })[];
      await countOff(this.runner, counts);
      return counts.reduce((sum, { blocks }) => sum + blocks, 0);
    });
  }

  /**
   * Nobody writes into a detached week, so it is read at leisure. That it is there says that its
   * samples still count, and have levels: all end at once.
   */
  async #finishDrop(name: string, keepFrom: Instant): Promise<void> {
    this.#demandRights();
    const table = `${this.schema}.${name}`;
    const counts = await this.#transaction(
      SCAN_TIMEOUT_MS,
      () =>
        this.runner.query(
          `SELECT ship_id, sum(samples) AS count,
             count(*) FILTER (WHERE received_at >= $1)::integer AS kept
           FROM ${table} GROUP BY ship_id`,
          [fromText(keepFrom)],
        ) as Promise<(ShipCount & { readonly kept: number })[]>,
    );
    const hasYoung = counts.some(({ kept }) => kept > 0);
    const ships = counts.map(({ ship_id }) => ship_id);
    await this.#transaction(SCAN_TIMEOUT_MS, async () => {
      await this.runner.query('LOCK TABLE sample_levels IN SHARE ROW EXCLUSIVE MODE');
      const back = hasYoung ? await this.#storeAnew(table, keepFrom) : [];
      await dropLevels(this.runner, weekNamed(name), ships);
      await countOff(this.runner, counts, back);
      await this.runner.query(`DROP TABLE ${table}`);
    });
  }

  /** What came between the last look and the lock; what has come once more meanwhile counts once. */
  #storeAnew(table: string, keepFrom: Instant): Promise<ShipCount[]> {
    return this.runner.query(
      `WITH back AS (
         INSERT INTO blocks SELECT * FROM ${table} WHERE received_at >= $1
         ON CONFLICT DO NOTHING RETURNING ship_id, samples)
       SELECT ship_id, sum(samples) AS count FROM back GROUP BY ship_id`,
      [fromText(keepFrom)],
    ) as Promise<ShipCount[]>;
  }

  async #tables(isAttached: boolean): Promise<string[]> {
    const rows = (await this.runner.query(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = $1::regnamespace AND relname ~ $2 AND relkind = 'r'
         AND relispartition = $3 ORDER BY relname`,
      [this.schema, WEEK_NAME, isAttached],
    )) as { name: string }[];
    return rows.map(({ name }) => name);
  }

  async #isOpenIn({ start, end }: ArchiveWeek): Promise<boolean> {
    const open = `receptions WHERE ended_at IS NULL AND first_sample_at < '${formatInstant(end)}'
      AND last_sample_at >= '${formatInstant(start)}'`;
    return (await this.#countUpTo(1, open)) > 0;
  }

  #hasReceivedSince(name: string, keepFrom: Instant): Promise<boolean> {
    const recent = `${this.schema}.${name} WHERE received_at >= '${fromText(keepFrom)}'`;
    return this.#transaction(SCAN_TIMEOUT_MS, async () => (await this.#countUpTo(1, recent)) > 0);
  }

  async #toMove(range: string): Promise<{ readonly count: number; readonly bytes: number }> {
    const rows = (await this.runner.query(
      `SELECT count(*)::integer AS count, coalesce(sum(octet_length(body)), 0)::float8 AS bytes
       FROM (SELECT body FROM blocks_default WHERE ${range} LIMIT ${MOVED_BLOCKS_MAX + 1}) AS found`,
    )) as { count: number; bytes: number }[];
    return rows[0]!;
  }

  async #countUpTo(max: number, source: string): Promise<number> {
    const rows = (await this.runner.query(
      `SELECT count(*)::integer AS count FROM (SELECT FROM ${source} LIMIT ${max}) AS found`,
    )) as { count: number }[];
    return rows[0]!.count;
  }

  #demandRights(): void {
    if (!this.mayChange) throw withoutRights();
  }

  async #transaction<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    await this.runner.startTransaction();
    try {
      await this.runner.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
        SET LOCAL statement_timeout = ${timeoutMs}`);
      const result = await work();
      await this.runner.commitTransaction();
      return result;
    } catch (fault) {
      // Its own fault, on a connection that is gone, would hide the first one.
      await this.runner.rollbackTransaction().catch(() => undefined);
      throw (fault as { code?: unknown }).code === NO_RIGHTS ? withoutRights(fault) : fault;
    }
  }
}

const withoutRights = (cause?: unknown): PartitionRightsError =>
  new PartitionRightsError(
    'The role of DATABASE_URL may not change the table blocks: new weeks get no partition, and ' +
      'old ones are not removed. Samples are stored all the same. Make it a member of the owner.',
    { cause },
  );

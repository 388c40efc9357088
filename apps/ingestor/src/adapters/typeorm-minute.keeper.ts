import type { QueryRunner } from 'typeorm';
import { formatInstant, type Instant } from '#common/domain';
import type { Replacement } from '../archive/merging/block-merge.js';
import {
  type BlockHead,
  type LevelledMinute,
  type MinuteKeeper,
  MinuteRightsError,
} from '../archive/minutes.port.js';
import type { BlockPosition, PacketBlock } from '../archive/packet-block.js';
import { storeLevels } from './level-rollup.js';
import {
  BLOCK_NAMES,
  blockValues,
  type HeadRow,
  inMicros,
  minuteBounds,
  positionArrays,
  positionOf,
} from './minute-rows.js';
import { BLOCK_COLUMNS, blockOf, type BlockRow } from './telemetry-row.js';

/** While it waits, who stores into this minute waits, too. */
const LOCK_TIMEOUT_MS = 500;
/** Each statement takes milliseconds, unless the server is busy beyond measure. */
const CHANGE_TIMEOUT_MS = 5_000;
const NO_RIGHTS = '42501';
const COLUMN_COUNT = 12;

/** $1 to $3: ship, minute, and its end. The bounds leave all other partitions out. */
const IN_MINUTE = 'b.ship_id = $1 AND b.first_at >= $2 AND b.first_at < $3';
/** Behind those of the minute. */
const LISTED = 'unnest($4::timestamptz[], $5::uuid[], $6::bigint[], $7::bigint[])';
const IS_LISTED = `(b.first_at, b.contact_id, b.fence, b.number) IN (SELECT * FROM ${LISTED})`;
const POSITION = `${inMicros('b.first_at')} AS first_at, b.contact_id, b.fence, b.number`;

/** What it was to change is no longer as it was. */
class ChangedMeanwhile extends Error {}

/** Works on the minutes of one ship, whose claim the session of its connection holds. */
export class TypeOrmMinuteKeeper implements MinuteKeeper {
  constructor(
    private readonly runner: QueryRunner,
    private readonly shipId: number,
    readonly release: () => Promise<void>,
  ) {}

  async heads(minute: Instant, limit: number): Promise<BlockHead[]> {
    const rows = (await this.runner.query(
      `SELECT ${POSITION}, definition, octet_length(body) AS bytes FROM blocks b WHERE ${IN_MINUTE}
       ORDER BY b.contact_id, b.fence, b.definition, b.first_at, b.number LIMIT $4`,
      [this.shipId, ...minuteBounds(minute), limit],
    )) as HeadRow[];
    return rows.map((row) => ({
      ...positionOf(row),
      definition: row.definition,
      bytes: row.bytes,
    }));
  }

  async blocks(minute: Instant, positions: readonly BlockPosition[]): Promise<PacketBlock[]> {
    const rows = (await this.runner.query(
      `SELECT ${BLOCK_COLUMNS} FROM blocks b WHERE ${IN_MINUTE} AND ${IS_LISTED}`,
      [this.shipId, ...minuteBounds(minute), ...positionArrays(positions)],
    )) as BlockRow[];
    return rows.map(blockOf);
  }

  replace(minute: Instant, replacement: Replacement): Promise<boolean> {
    return this.#change(() => this.#replace(minute, replacement));
  }

  finish(minute: LevelledMinute): Promise<boolean> {
    return this.#change(async () => {
      // Who drops a week keeps others from this table first, too.
      await this.runner.query('LOCK TABLE sample_levels IN ROW EXCLUSIVE MODE');
      // Before anything is read: from now on who stores into this minute waits, and then says so anew.
      await this.#endWaiting(minute.minute);
      await this.#demandSame(minute);
      await this.#replace(minute.minute, minute.replacement);
      await storeLevels(this.runner, minute);
    });
  }

  /** Who is just storing into it holds the row: then there is something new anyway. */
  async #endWaiting(minute: Instant): Promise<void> {
    const [, count] = (await this.runner.query(
      `DELETE FROM unlevelled_minutes WHERE ctid = ANY (ARRAY (
         SELECT ctid FROM unlevelled_minutes WHERE ship_id = $1 AND minute = $2
         FOR UPDATE SKIP LOCKED))`,
      [this.shipId, formatInstant(minute)],
    )) as [unknown, number];
    if (count === 0) throw new ChangedMeanwhile();
  }

  async #demandSame({ minute, heads }: LevelledMinute): Promise<void> {
    const [row] = (await this.runner.query(
      `SELECT count(*)::integer AS count,
         count(*) FILTER (WHERE ${IS_LISTED})::integer AS known
       FROM blocks b WHERE ${IN_MINUTE}`,
      [this.shipId, ...minuteBounds(minute), ...positionArrays(heads)],
    )) as { count: number; known: number }[];
    if (row!.count !== heads.length || row!.known !== heads.length) throw new ChangedMeanwhile();
  }

  async #replace(minute: Instant, { old, merged }: Replacement): Promise<void> {
    if (old.length === 0) return;
    const [, count] = (await this.runner.query(
      `DELETE FROM blocks b WHERE ${IN_MINUTE} AND ${IS_LISTED}`,
      [this.shipId, ...minuteBounds(minute), ...positionArrays(old)],
    )) as [unknown, number];
    if (count !== old.length) throw new ChangedMeanwhile();
    const rows = merged.map((_, row) => {
      const places = Array.from({ length: COLUMN_COUNT }, (__, at) => row * COLUMN_COUNT + at + 1);
      return `(${places.map((place) => `$${place}`).join()})`;
    });
    await this.runner.query(
      `INSERT INTO blocks (${BLOCK_NAMES}) VALUES ${rows.join()}`,
      merged.flatMap(blockValues),
    );
  }

  async #change(work: () => Promise<void>): Promise<boolean> {
    await this.runner.startTransaction();
    try {
      await this.runner.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
        SET LOCAL statement_timeout = ${CHANGE_TIMEOUT_MS}`);
      await work();
      await this.runner.commitTransaction();
      return true;
    } catch (fault) {
      // Its own fault, on a connection that is gone, would hide the first one.
      await this.runner.rollbackTransaction().catch(() => undefined);
      if (fault instanceof ChangedMeanwhile) return false;
      throw (fault as { code?: unknown }).code === NO_RIGHTS ? withoutRights(fault) : fault;
    }
  }
}

const withoutRights = (cause: unknown): MinuteRightsError =>
  new MinuteRightsError(
    'The role of DATABASE_URL may not change the table blocks: minutes are not merged and get no ' +
      'levels. Samples are stored all the same. Make it a member of the owner.',
    { cause },
  );

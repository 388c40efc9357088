import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryRunner } from 'typeorm';
import { formatInstant, type Instant } from '#common/domain';
import {
  type ListedMinute,
  type MinuteKeeper,
  type WaitingMinute,
  WaitingMinutes,
} from '../archive/minutes.port.js';
import { inMicros } from './minute-rows.js';
import { TypeOrmMinuteKeeper } from './typeorm-minute.keeper.js';

/** "merg" in ASCII: with a ship's id, the advisory lock that lets one process work at that ship. */
const KEEPER_LOCK = 0x6d_65_72_67;
/** Since the last block of a minute was received: what comes together is merged together. */
const QUIET_SECONDS = 30;
/** A block of an ingestor whose clock runs further ahead does not keep its minute waiting for ever. */
const AHEAD_SECONDS = 30;

/** The sub-select stays one: as a join it might read all blocks there are. */
const LIST = `
  SELECT ship_id, ${inMicros('minute')} AS minute, (
      SELECT true FROM blocks b
      WHERE b.ship_id = page.ship_id AND b.first_at >= page.minute
        AND b.first_at < page.minute + interval '1 minute'
        AND b.received_at BETWEEN now() - interval '${QUIET_SECONDS} s'
                              AND now() + interval '${AHEAD_SECONDS} s'
      LIMIT 1) IS NULL AS is_quiet
  FROM (SELECT ship_id, minute FROM unlevelled_minutes
        WHERE $1::timestamptz IS NULL OR (minute, ship_id) < ($1, $2::integer)
        ORDER BY minute DESC, ship_id DESC LIMIT $3) AS page
  ORDER BY page.minute DESC, page.ship_id DESC`;

interface ListRow {
  readonly ship_id: number;
  readonly minute: string;
  readonly is_quiet: boolean;
}

/** Minutes in PostgreSQL. A claim is a lock of its session: it ends with the process. */
@Injectable()
export class TypeOrmWaitingMinutes extends WaitingMinutes {
  #keeperPid: number | null = null;

  constructor(@InjectDataSource('ingestor') private readonly source: DataSource) {
    super();
  }

  async list(after: WaitingMinute | null, limit: number): Promise<ListedMinute[]> {
    const place = after === null ? [null, null] : [formatInstant(after.minute), after.shipId];
    const rows = (await this.source.query(LIST, [...place, limit])) as ListRow[];
    return rows.map((row) => ({
      shipId: row.ship_id,
      minute: Number(row.minute),
      isQuiet: row.is_quiet,
    }));
  }

  async counts(): Promise<{ waiting: number; oldest: Instant | null }> {
    const rows = (await this.source.query(
      `SELECT count(*)::integer AS waiting, ${inMicros('min(minute)')} AS oldest
       FROM unlevelled_minutes`,
    )) as { waiting: number; oldest: string | null }[];
    const { waiting, oldest } = rows[0]!;
    return { waiting, oldest: oldest === null ? null : Number(oldest) };
  }

  async claim(shipId: number): Promise<MinuteKeeper | null> {
    const runner = this.source.createQueryRunner();
    const row = await claim(runner, shipId).catch(async (fault: unknown) => {
      await runner.release();
      throw fault;
    });
    if (!row.is_claimed) {
      await runner.release();
      return null;
    }
    this.#keeperPid = row.pid;
    return new TypeOrmMinuteKeeper(runner, shipId, () => this.#release(runner, shipId));
  }

  async abort(): Promise<void> {
    if (this.#keeperPid === null) return;
    await this.source.query('SELECT pg_cancel_backend($1)', [this.#keeperPid]);
  }

  async #release(runner: QueryRunner, shipId: number): Promise<void> {
    this.#keeperPid = null;
    try {
      await runner.query('SELECT pg_advisory_unlock($1, $2)', [KEEPER_LOCK, shipId]);
    } finally {
      await runner.release();
    }
  }
}

async function claim(
  runner: QueryRunner,
  shipId: number,
): Promise<{ readonly is_claimed: boolean; readonly pid: number }> {
  const rows = (await runner.query(
    'SELECT pg_try_advisory_lock($1, $2) AS is_claimed, pg_backend_pid() AS pid',
    [KEEPER_LOCK, shipId],
  )) as { is_claimed: boolean; pid: number }[];
  return rows[0]!;
}

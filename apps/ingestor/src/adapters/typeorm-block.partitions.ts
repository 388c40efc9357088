import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryRunner } from 'typeorm';
import { type PartitionKeeper, BlockPartitions } from '../archive/partitions.port.js';
import { TypeOrmPartitionKeeper } from './typeorm-partition.keeper.js';

/** "PRG" and "part" in ASCII: the advisory lock that lets one process keep the partitions. */
const KEEPER_LOCK = [0x50_52_47, 0x70_61_72_74] as const;

interface ClaimRow {
  readonly is_claimed: boolean;
  readonly pid: number;
  readonly schema: string;
  readonly may_change: boolean;
}

/** Partitions in PostgreSQL. The claim is a lock of its session: it ends with the process. */
@Injectable()
export class TypeOrmBlockPartitions extends BlockPartitions {
  #keeperPid: number | null = null;

  constructor(@InjectDataSource('ingestor') private readonly source: DataSource) {
    super();
  }

  async claim(): Promise<PartitionKeeper | null> {
    const runner = this.source.createQueryRunner();
    const row = await claim(runner).catch(async (fault: unknown) => {
      await runner.release();
      throw fault;
    });
    if (!row.is_claimed) {
      await runner.release();
      return null;
    }
    this.#keeperPid = row.pid;
    const release = (): Promise<void> => this.#release(runner);
    return new TypeOrmPartitionKeeper(runner, row.schema, row.may_change, release);
  }

  async abort(): Promise<void> {
    if (this.#keeperPid === null) return;
    await this.source.query('SELECT pg_cancel_backend($1)', [this.#keeperPid]);
  }

  async #release(runner: QueryRunner): Promise<void> {
    this.#keeperPid = null;
    try {
      await runner.query('SELECT pg_advisory_unlock($1, $2)', [...KEEPER_LOCK]);
    } finally {
      await runner.release();
    }
  }
}

async function claim(runner: QueryRunner): Promise<ClaimRow> {
  const rows = (await runner.query(
    `SELECT pg_try_advisory_lock($1, $2) AS is_claimed, pg_backend_pid() AS pid,
            relnamespace::regnamespace::text AS schema,
            pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE')
              AS may_change
     FROM pg_class WHERE oid = 'blocks'::regclass`,
    [...KEEPER_LOCK],
  )) as ClaimRow[];
  return rows[0]!;
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type Held, Holdings, LEASE_MS } from '../receptions/holdings.port.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';

const LEASE = `clock_timestamp() + ${LEASE_MS} * interval '1 millisecond'`;
/** Of ingestors whose name never came back. Whether they are listed makes no difference. */
const FORGOTTEN_AFTER = "interval '1 day'";

@Injectable()
export class TypeOrmHoldings extends Holdings {
  constructor(
    @InjectDataSource('ingestor') private readonly source: DataSource,
    private readonly identity: IngestorIdentity,
  ) {
    super();
  }

  enter(): Promise<void> {
    const { process, name } = this.identity;
    return this.source.transaction(async (manager) => {
      await manager.query(
        `UPDATE receptions SET holder = $1 FROM ingestors
         WHERE process = holder AND name = $2 AND ended_at IS NULL`,
        [process, name],
      );
      await manager.query(
        `DELETE FROM ingestors
         WHERE name = $1 OR lease_until < clock_timestamp() - ${FORGOTTEN_AFTER}`,
        [name],
      );
      await manager.query(
        `INSERT INTO ingestors (process, name, lease_until) VALUES ($1, $2, ${LEASE})`,
        [process, name],
      );
    });
  }

  async beat(): Promise<Held | null> {
    const { process } = this.identity;
    const [, count] = (await this.source.query(
      `UPDATE ingestors SET lease_until = ${LEASE} WHERE process = $1`,
      [process],
    )) as [unknown, number];
    if (count === 0) return null;
    const held = (await this.source.query(
      `SELECT r.contact_id, coalesce(c.fence >= r.fence, false) AS is_closed
       FROM receptions r LEFT JOIN closings c ON c.contact_id = r.contact_id
       WHERE holder = $1 AND ended_at IS NULL`,
      [process],
    )) as { contact_id: string; is_closed: boolean }[];
    return new Map(held.map((row) => [row.contact_id, row.is_closed]));
  }

  async adopt(limit: number): Promise<string[]> {
    const [rows] = (await this.source.query(
      `WITH living AS (
         SELECT process FROM ingestors WHERE lease_until > clock_timestamp()
       ), orphans AS (
         SELECT contact_id, opened_at FROM receptions
         WHERE ended_at IS NULL AND (holder IN (SELECT process FROM living)) IS NOT TRUE
       )
       UPDATE receptions SET holder = $1 WHERE contact_id IN (
         SELECT r.contact_id FROM receptions r JOIN orphans USING (contact_id)
         WHERE $1 IN (SELECT process FROM living) AND r.holder IS DISTINCT FROM $1
           AND r.ended_at IS NULL AND (r.holder IN (SELECT process FROM living)) IS NOT TRUE
         ORDER BY r.opened_at, r.contact_id
         LIMIT least($2::bigint, (SELECT ceil(count(*)::float8 / greatest(1, (SELECT count(*) FROM living)))
                                  FROM orphans)::bigint)
         FOR UPDATE OF r SKIP LOCKED)
       RETURNING contact_id`,
      [this.identity.process, limit],
    )) as [{ contact_id: string }[], number];
    return rows.map((row) => row.contact_id);
  }

  async leave(): Promise<void> {
    await this.source.query(
      'UPDATE ingestors SET lease_until = clock_timestamp() WHERE process = $1',
      [this.identity.process],
    );
  }
}

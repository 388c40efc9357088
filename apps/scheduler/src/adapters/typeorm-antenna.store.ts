import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError, formatInstant } from '#common/domain';
import { type BookingTerms, GENTLE } from '../antennas/antenna-conflict.js';
import {
  type Antenna,
  type AntennaBlock,
  AntennaStore,
  type Blocking,
  type BlockPosition,
  type NewBlock,
} from '../antennas/antenna-store.port.js';
import { AntennaTakenDto, CONFLICTS_TOLD_MAX } from '../antennas/antenna-taken.dto.js';
import type { Cause } from '../contacts/contact-store.port.js';
import { blockAntenna } from './antenna-blocking.js';
import { holdAntennas, registerAntennas } from './antenna-locks.js';
import { contactsOnAntenna, instant } from './antenna-windows.js';
import { changing } from './changing.js';

interface BlockRow {
  readonly id: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly reason: string;
  readonly by: string;
}

/** The antennas in PostgreSQL. Their blocks lie beside the windows of contacts: none overlaps another. */
@Injectable()
export class TypeOrmAntennaStore extends AntennaStore {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  page(limit: number, after: string | null): Promise<Antenna[]> {
    return this.source.query(
      `SELECT name, description FROM antennas WHERE $2::text IS NULL OR name > $2
       ORDER BY name LIMIT $1`,
      [limit, after],
    );
  }

  async find(name: string): Promise<Antenna | null> {
    const rows = (await this.source.query(
      'SELECT name, description FROM antennas WHERE name = $1',
      [name],
    )) as Antenna[];
    return rows[0] ?? null;
  }

  put({ name, description }: Antenna): Promise<Antenna> {
    return this.source.transaction(async (manager) => {
      const held = await holdAntennas(manager, [name]);
      if (held.size === 0) await registerAntennas(manager, [name]);
      await manager.query('UPDATE antennas SET description = $2 WHERE name = $1', [
        name,
        description,
      ]);
      return { name, description };
    });
  }

  remove(name: string): Promise<void> {
    return this.source.transaction(async (manager) => {
      const antennaId = theOne(await holdAntennas(manager, [name]), name);
      const users = await contactsOnAntenna(manager, antennaId, CONFLICTS_TOLD_MAX);
      if (users.length > 0)
        throw new DomainError('ANTENNA_IN_USE', `An open contact is booked on ${name}`, {
          facts: { conflicts: AntennaTakenDto.of(users).conflicts },
        });
      await manager.query('DELETE FROM antenna_windows WHERE antenna_id = $1', [antennaId]);
      await manager.query('DELETE FROM antennas WHERE id = $1', [antennaId]);
    });
  }

  block(
    name: string,
    block: NewBlock,
    cause: Cause,
    { displace }: BookingTerms = GENTLE,
  ): Promise<Blocking> {
    return changing(this.source, async (manager) => {
      const antennaId = theOne(await holdAntennas(manager, [name]), name);
      const made = { ...block, id: randomUUID(), by: cause.by };
      const displaced = await blockAntenna(
        manager,
        { antennaId, name, block: made, displace },
        cause,
      );
      return { block: made, displaced };
    });
  }

  async blocks(name: string, limit: number, after: BlockPosition | null): Promise<AntennaBlock[]> {
    const rows = (await this.source.query(
      `SELECT w.id, w.reason, w.by, ${instant('w.start_time')}, ${instant('w.end_time')}
       FROM antenna_windows w JOIN antennas a ON a.id = w.antenna_id
       WHERE a.name = $1 AND w.kind = 'block'
         AND ($3::timestamptz IS NULL OR (w.start_time, w.id) > ($3::timestamptz, $4::uuid))
       ORDER BY w.start_time, w.id LIMIT $2`,
      [name, limit, after && formatInstant(after.start), after && after.id],
    )) as BlockRow[];
    if (rows.length === 0 && (await this.find(name)) === null) throw notFound(name);
    return rows.map(({ id, reason, by, start_time, end_time }) => ({
      id,
      reason,
      by,
      start: Number(start_time),
      end: Number(end_time),
    }));
  }

  unblock(name: string, id: string): Promise<void> {
    return this.source.transaction(async (manager) => {
      const antennaId = theOne(await holdAntennas(manager, [name]), name);
      const [, count] = (await manager.query(
        `DELETE FROM antenna_windows WHERE id = $1 AND antenna_id = $2 AND kind = 'block'`,
        [id, antennaId],
      )) as [unknown, number];
      if (count === 0)
        throw new DomainError('ANTENNA_BLOCK_NOT_FOUND', `${name} has no block with the id ${id}`);
    });
  }
}

function theOne(held: ReadonlyMap<string, number>, name: string): number {
  const id = held.get(name);
  if (id === undefined) throw notFound(name);
  return id;
}

const notFound = (name: string): DomainError =>
  new DomainError('ANTENNA_NOT_FOUND', `No antenna has the name ${name}`);

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError, formatInstant } from '#common/domain';
import type { ElementSet } from '../passes/mean-elements.js';
import { OrbitStore } from '../passes/orbit-store.port.js';
import { ORBITS_MAX, type ShipElements } from '../passes/ship-elements.js';
import { putLimited } from './limited-table.js';

const COLUMNS =
  'ship_name, elements, (extract(epoch FROM epoch) * 1000000)::bigint AS epoch_micros';

interface OrbitRow {
  readonly ship_name: string;
  readonly elements: ElementSet;
  readonly epoch_micros: string;
}

/** Orbital elements in PostgreSQL. */
@Injectable()
export class TypeOrmOrbitStore extends OrbitStore {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async put({ shipName, set, epoch }: ShipElements): Promise<void> {
    const isPut = await putLimited(
      this.source,
      { table: 'orbits', rowsMax: ORBITS_MAX, key: 'ship_name' },
      { ship_name: shipName, elements: JSON.stringify(set), epoch: formatInstant(epoch) },
    );
    if (!isPut)
      throw new DomainError('ORBITS_FULL', `${ORBITS_MAX} ships have orbital elements at most`);
  }

  async find(shipName: string): Promise<ShipElements | null> {
    return (await this.named([shipName]))[0] ?? null;
  }

  page(limit: number, after: string | null): Promise<ShipElements[]> {
    return this.#where('($2::text IS NULL OR ship_name > $2) ORDER BY ship_name LIMIT $1', [
      limit,
      after,
    ]);
  }

  named(shipNames: readonly string[]): Promise<ShipElements[]> {
    return this.#where('ship_name = ANY ($1) ORDER BY ship_name', [shipNames]);
  }

  async remove(shipName: string): Promise<boolean> {
    const [, count] = (await this.source.query('DELETE FROM orbits WHERE ship_name = $1', [
      shipName,
    ])) as [unknown, number];
    return count > 0;
  }

  async #where(condition: string, parameters: readonly unknown[]): Promise<ShipElements[]> {
    const rows = (await this.source.query(`SELECT ${COLUMNS} FROM orbits WHERE ${condition}`, [
      ...parameters,
    ])) as OrbitRow[];
    return rows.map((row) => ({
      shipName: row.ship_name,
      set: row.elements,
      epoch: Number(row.epoch_micros),
    }));
  }
}

import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { DomainError } from '#common/domain';
import { type Station, STATIONS_MAX } from '../passes/station.js';
import { StationStore } from '../passes/station-store.port.js';
import { putLimited } from './limited-table.js';

interface StationRow {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
  readonly min_elevation: number;
  readonly antenna: string;
}

/** Stations in PostgreSQL. */
@Injectable()
export class TypeOrmStationStore extends StationStore {
  constructor(@InjectDataSource('scheduler') private readonly source: DataSource) {
    super();
  }

  async put(station: Station): Promise<void> {
    const row: StationRow = {
      name: station.name,
      latitude: station.latitudeDegrees,
      longitude: station.longitudeDegrees,
      altitude: station.altitudeMetres,
      min_elevation: station.elevationMinDegrees,
      antenna: station.antenna,
    };
    const table = { table: 'stations', rowsMax: STATIONS_MAX, key: 'name' };
    const isPut = await putLimited(this.source, table, { ...row });
    if (!isPut)
      throw new DomainError('STATIONS_FULL', `There are ${STATIONS_MAX} stations at most`);
  }

  async find(name: string): Promise<Station | null> {
    return (await this.named([name]))[0] ?? null;
  }

  page(limit: number, after: string | null): Promise<Station[]> {
    return this.#where('($2::text IS NULL OR name > $2) ORDER BY name LIMIT $1', [limit, after]);
  }

  named(names: readonly string[]): Promise<Station[]> {
    return this.#where('name = ANY ($1) ORDER BY name', [names]);
  }

  async remove(name: string): Promise<boolean> {
    const [, count] = (await this.source.query('DELETE FROM stations WHERE name = $1', [name])) as [
      unknown,
      number,
    ];
    return count > 0;
  }

  async #where(condition: string, parameters: readonly unknown[]): Promise<Station[]> {
    const rows = (await this.source.query(
      `SELECT name, latitude, longitude, altitude, min_elevation, antenna FROM stations
       WHERE ${condition}`,
      [...parameters],
    )) as StationRow[];
    return rows.map(stationOf);
  }
}

const stationOf = (row: StationRow): Station => ({
  name: row.name,
  latitudeDegrees: row.latitude,
  longitudeDegrees: row.longitude,
  altitudeMetres: row.altitude,
  elevationMinDegrees: row.min_elevation,
  antenna: row.antenna,
});

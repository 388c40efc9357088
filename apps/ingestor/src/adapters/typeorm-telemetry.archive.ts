import { type BeforeApplicationShutdown, Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { PacketBlock } from '../archive/packet-block.js';
import {
  type ArchiveBatch,
  type BatchReception,
  type LevelQuery,
  type Levels,
  READINGS_MAX,
  type ShipSummary,
  type ShipWithLatest,
  TelemetryArchive,
  type TimeRange,
} from '../archive/telemetry-archive.port.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { BlockSource } from './block-source.js';
import { readLevels } from './levels-query.js';
import { runPrepared } from '#common/persistence';
import { Readings } from './readings.js';
import { leftOutOf, STORE, storeParameters, type TakenRow } from './store-statement.js';
import {
  LATEST_COLUMNS,
  latestPacketOf,
  type LatestRow,
  SHIP_COLUMNS,
  type ShipRow,
  shipOf,
} from './telemetry-row.js';

const SHIP_WITH_LATEST = `
  SELECT ${SHIP_COLUMNS}, ${LATEST_COLUMNS}
  FROM ships LEFT JOIN latest_packets ON ship_id = id WHERE name = $1 ORDER BY battery`;

type ShipLatestRow = ShipRow & (LatestRow | { readonly battery: null });

/** Blocks in PostgreSQL. Instants pass as microseconds: a Date would cut them. */
@Injectable()
export class TypeOrmTelemetryArchive extends TelemetryArchive implements BeforeApplicationShutdown {
  constructor(
    @InjectDataSource('ingestor') private readonly source: DataSource,
    private readonly identity: IngestorIdentity,
    @Optional() private readonly readings: Readings = new Readings(READINGS_MAX),
  ) {
    super();
  }

  async store(batch: ArchiveBatch): Promise<readonly BatchReception[]> {
    const parameters = storeParameters(this.identity.process, batch);
    const taken = await runPrepared<TakenRow>(this.source, 'store-blocks', STORE, parameters);
    return leftOutOf(batch, taken);
  }

  async ships(afterName: string | null, limit: number): Promise<ShipSummary[]> {
    const rows = (await this.source.query(
      `SELECT ${SHIP_COLUMNS} FROM ships WHERE name > $1 ORDER BY name LIMIT $2`,
      [afterName ?? '', limit],
    )) as ShipRow[];
    return rows.map(shipOf);
  }

  async ship(name: string): Promise<ShipSummary | null> {
    // PostgreSQL has no text with a NUL in it, so there is no such ship either.
    if (name.includes('\0')) return null;
    const rows = (await this.source.query(`SELECT ${SHIP_COLUMNS} FROM ships WHERE name = $1`, [
      name,
    ])) as ShipRow[];
    return rows[0] ? shipOf(rows[0]) : null;
  }

  blocks(shipId: number, range: TimeRange): AsyncIterable<PacketBlock> {
    return this.readings.read(() => BlockSource.ofShip(this.source, shipId, range));
  }

  blocksOfContact(contactId: string): AsyncIterable<PacketBlock> {
    return this.readings.read(() => BlockSource.ofContact(this.source, contactId));
  }

  async shipWithLatest(name: string): Promise<ShipWithLatest | null> {
    if (name.includes('\0')) return null;
    const [first, ...others] = await runPrepared<ShipLatestRow>(
      this.source,
      'ship-with-latest',
      SHIP_WITH_LATEST,
      [name],
    );
    if (!first) return null;
    // A ship without a packet has one row all the same.
    const rows = first.battery === null ? [] : [first, ...others];
    return { ...shipOf(first), latest: rows.map((row) => latestPacketOf(row as LatestRow)) };
  }

  levels(shipId: number, query: LevelQuery): Promise<Levels> {
    return readLevels(this.source, shipId, query);
  }

  /** Who still reads would keep the connections from being closed. */
  beforeApplicationShutdown(): Promise<void> {
    return this.readings.stop();
  }
}

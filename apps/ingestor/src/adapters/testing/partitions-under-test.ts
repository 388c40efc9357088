import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Instant, instantOf, MICROS_PER_MILLISECOND, parseInstant } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { ManualClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { IngestorConfig } from '../../ingestor.config.js';
import { IngestorIdentity } from '../../receptions/ingestor-identity.js';
import { Reception } from '../../receptions/reception.js';
import { PartitionUpkeep, RETRY_AFTER_MS } from '../../archive/partition-upkeep.js';
import { framesOf } from '../../archive/packet-frame.js';
import type { ArchiveBatch } from '../../archive/telemetry-archive.port.js';
import type { ListedPacket } from '../../archive/testing/listed-packets.js';
import { TypeOrmReceptionStore } from '../typeorm-reception.store.js';
import { TypeOrmBlockPartitions } from '../typeorm-block.partitions.js';
import { TypeOrmTelemetryArchive } from '../typeorm-telemetry.archive.js';
import { listedBatch } from './minutes-under-test.js';

export const NOW = new Date('2030-06-12T12:00:00Z');
export const now: Instant = instantOf(NOW);
/** Fewer than fit between two rounds. */
const RETRIES = 4;
export const ALL = { start: null, end: null };

/** Clocks that were reset, that run over, that are a year wrong, and such as they should be. */
export const ANY_CLOCK = [
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:01Z',
  '2019-06-01T00:00:00Z',
  '2029-06-12T12:00:00Z',
  '2030-06-02T23:59:59.999999Z',
  '2030-06-03T00:00:00Z',
  '2030-06-10T00:00:00Z',
  '2030-06-12T11:00:00Z',
  '2030-06-20T11:00:00Z',
  '2031-06-12T12:00:00Z',
  '2106-02-07T06:28:15Z',
].map((text) => parseInstant(text)!);

/** An archive without a week, and hands to fill and to keep it. What it opens it closes. */
export class PartitionsUnderTest {
  readonly identity = new IngestorIdentity('test');
  readonly archive: TypeOrmTelemetryArchive;
  readonly store: TypeOrmReceptionStore;
  clock = new ManualClock(NOW);
  /** Packets sent, by contact. */
  readonly #sent = new Map<string, number>();
  readonly #closings: (() => Promise<unknown>)[] = [];

  private constructor(readonly source: DataSource) {
    this.archive = new TypeOrmTelemetryArchive(source, this.identity);
    this.store = new TypeOrmReceptionStore(source, this.identity);
  }

  static async open(url: string): Promise<PartitionsUnderTest> {
    const source = await connected(url);
    const under = new PartitionsUnderTest(source);
    under.closeLater(() => source.destroy());
    for (const name of await under.weeks()) await source.query(`DROP TABLE ${name}`);
    await source.query(
      'TRUNCATE ships, receptions, blocks, latest_packets, unlevelled_minutes, sample_levels CASCADE',
    );
    return under;
  }

  closeLater(close: () => Promise<unknown>): void {
    this.#closings.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closings.splice(0).toReversed()) await close();
  }

  async connect(url: string): Promise<DataSource> {
    const source = await connected(url);
    this.closeLater(() => source.destroy());
    return source;
  }

  /** The tables of weeks, partitions or not. */
  async weeks(): Promise<string[]> {
    const rows = (await this.source.query(
      `SELECT relname AS name FROM pg_class
       WHERE relkind = 'r' AND relname LIKE 'blocks\\_2%' ORDER BY 1`,
    )) as { name: string }[];
    return rows.map(({ name }) => name);
  }

  upkeepOf(source: DataSource, retentionDays?: number): PartitionUpkeep {
    const config = Object.assign(new IngestorConfig(), { TELEMETRY_RETENTION_DAYS: retentionDays });
    const upkeep = new PartitionUpkeep(new TypeOrmBlockPartitions(source), this.clock, config);
    this.closeLater(() => upkeep.onModuleDestroy());
    return upkeep;
  }

  /** One round, to its end; what a busy server denied it, it asks for again. */
  async keepOnce(retentionDays?: number, source = this.source): Promise<PartitionUpkeep> {
    const upkeep = this.upkeepOf(source, retentionDays);
    upkeep.onApplicationBootstrap();
    await this.round(0);
    for (let attempt = 0; attempt < RETRIES; attempt += 1) await this.round(RETRY_AFTER_MS);
    return upkeep;
  }

  /** The alarm of the next round is set when one has ended. */
  async round(afterMs: number): Promise<void> {
    const alarms = this.clock.alarmCount;
    this.clock.advance(afterMs);
    await until(() => {
      if (this.clock.alarmCount !== alarms) throw new Error('The round has not ended');
    });
  }

  /** Whoever keeps from now on believes that it is then. */
  travelTo(instant: Instant): void {
    this.clock = new ManualClock(new Date(instant / MICROS_PER_MILLISECOND));
  }

  async begin(shipName = 'USS Enterprise'): Promise<Reception> {
    const opening = {
      contactId: randomUUID(),
      fence: 1,
      shipName,
      plannedStart: now,
      plannedEnd: now + 60_000_000,
      startedAt: now,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const shipId = await this.store.shipId(shipName);
    const reception = Reception.open(opening, shipId, { port: 10_015, apid: 1 });
    const { address } = reception;
    const progress = reception.progress();
    await this.store.begin({ opening, shipId, address, openedAt: 0, progress });
    return reception;
  }

  end({ contactId }: Reception): Promise<unknown> {
    const sql = 'UPDATE receptions SET ended_at = now() WHERE contact_id = $1';
    return this.source.query(sql, [contactId]);
  }

  /** A packet with one sample at each instant, numbered from 1 on. */
  batch(reception: Reception, instants: readonly Instant[], receivedAt = now): ArchiveBatch {
    const sent = this.#sent.get(reception.contactId) ?? 0;
    this.#sent.set(reception.contactId, sent + instants.length);
    const packets = instants.map((generatedAt, at): ListedPacket => {
      const samples = [[0, at + 0.5, null, 'idle']] as const;
      return { sequence: sent + at + 1, generatedAt, receivedAt, samples };
    });
    return listedBatch(reception, packets);
  }

  async send(
    reception: Reception,
    instants: readonly Instant[],
    receivedAt = now,
    archive = this.archive,
  ): Promise<void> {
    await archive.store(this.batch(reception, instants, receivedAt));
  }

  async instantsOf({ shipId }: Reception): Promise<Instant[]> {
    const instants: Instant[] = [];
    for await (const { body } of this.archive.blocks(shipId, ALL))
      instants.push(...framesOf(body).map(({ generatedAt }) => generatedAt));
    return instants.toSorted((a, b) => a - b);
  }
}

async function connected(url: string): Promise<DataSource> {
  const source = new DataSource(dataSourceOptions(url, 'ingestor'));
  return source.initialize();
}

import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Instant, instantOf, MICROS_PER_SECOND } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { LEVEL_STEPS } from '../../archive/level-steps.js';
import type { FieldLevel } from '../../archive/levels/level-accumulator.js';
import { MinuteLevelling } from '../../archive/minute-levelling.js';
import type { WaitingMinute } from '../../archive/minutes.port.js';
import type { PacketBlock } from '../../archive/packet-block.js';
import type { ArchiveBatch } from '../../archive/telemetry-archive.port.js';
import { batchOf, type GivenPacket } from '../../archive/testing/batches.js';
import {
  compareLevels,
  ListedSources,
  type ListedPacket,
  levelsOf,
} from '../../archive/testing/listed-packets.js';
import { IngestorIdentity } from '../../receptions/ingestor-identity.js';
import { Reception } from '../../receptions/reception.js';
import { inMicros } from '../minute-rows.js';
import { BLOCK_COLUMNS, blockOf, type BlockRow } from '../telemetry-row.js';
import { TypeOrmReceptionStore } from '../typeorm-reception.store.js';
import { TypeOrmTelemetryArchive } from '../typeorm-telemetry.archive.js';
import { TypeOrmWaitingMinutes } from '../typeorm-waiting.minutes.js';

/** Long ago by any clock, so that each minute is quiet at once. */
export const now: Instant = instantOf(new Date('2020-06-12T12:00:00Z'));

export type StoredLevel = FieldLevel & { readonly start: number };

/** What a ship has at one moment. */
export interface Snapshot {
  readonly blocks: PacketBlock[];
  readonly unlevelled: ReadonlySet<Instant>;
  /** By step, in the order of `levelsOf`. */
  readonly levels: ReadonlyMap<number, StoredLevel[]>;
}

/** An archive without levels, and hands to fill it and to work them out. What it opens it closes. */
export class MinutesUnderTest {
  readonly identity = new IngestorIdentity('test');
  readonly archive: TypeOrmTelemetryArchive;
  readonly store: TypeOrmReceptionStore;
  readonly minutes: TypeOrmWaitingMinutes;
  readonly #closings: (() => Promise<unknown>)[] = [];

  private constructor(readonly source: DataSource) {
    this.archive = new TypeOrmTelemetryArchive(source, this.identity);
    this.store = new TypeOrmReceptionStore(source, this.identity);
    this.minutes = new TypeOrmWaitingMinutes(source);
  }

  static async open(url: string): Promise<MinutesUnderTest> {
    const source = await new DataSource(dataSourceOptions(url, 'ingestor')).initialize();
    const under = new MinutesUnderTest(source);
    under.closeLater(() => source.destroy());
    await source.query(
      `TRUNCATE ships, receptions, blocks, latest_packets, unlevelled_minutes, sample_levels CASCADE`,
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
    const source = await new DataSource(dataSourceOptions(url, 'ingestor')).initialize();
    this.closeLater(() => source.destroy());
    return source;
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

  /** A round over all that waits. */
  async level(minutes = this.minutes): Promise<void> {
    const levelling = new MinuteLevelling(new ListedSources(), async () => undefined);
    for (const minute of await minutes.list(null, 10_000)) {
      if (minute.isQuiet) await levelOne(minutes, levelling, minute);
    }
  }

  async waiting(): Promise<number> {
    return (await this.minutes.counts()).waiting;
  }

  /** All of it from the same snapshot of the database. */
  snapshot(shipId: number): Promise<Snapshot> {
    return this.source.transaction('REPEATABLE READ', async (manager) => {
      const blocks = (await manager.query(
        `SELECT ${BLOCK_COLUMNS} FROM blocks b WHERE ship_id = $1
         ORDER BY b.first_at, contact_id, fence, number`,
        [shipId],
      )) as BlockRow[];
      const unlevelled = (await manager.query(
        `SELECT ${inMicros('minute')} AS minute FROM unlevelled_minutes WHERE ship_id = $1`,
        [shipId],
      )) as { minute: string }[];
      const levels = (await manager.query(
        `SELECT battery, field, step, count::integer, min, max, ${inMicros('start')} AS start,
           ${inMicros('min_at')} AS "minAt", ${inMicros('max_at')} AS "maxAt"
         FROM sample_levels WHERE ship_id = $1`,
        [shipId],
      )) as (StoredLevel & { step: number })[];
      return {
        blocks: blocks.map(blockOf),
        unlevelled: new Set(unlevelled.map(({ minute }) => Number(minute))),
        levels: new Map(LEVEL_STEPS.map((step) => [step, levelsIn(levels, step)])),
      };
    });
  }
}

async function levelOne(
  minutes: TypeOrmWaitingMinutes,
  levelling: MinuteLevelling,
  minute: WaitingMinute,
): Promise<void> {
  const keeper = await minutes.claim(minute.shipId);
  if (keeper === null) return;
  await levelling.level(keeper, minute).finally(() => keeper.release());
}

const levelsIn = (
  rows: readonly (StoredLevel & { readonly step: number })[],
  span: number,
): StoredLevel[] =>
  rows
    .filter(({ step }) => step * MICROS_PER_SECOND === span)
    .map(({ battery, field, start, count, min, minAt, max, maxAt }) => ({
      battery,
      field,
      start: Number(start),
      count,
      min,
      minAt: Number(minAt),
      max,
      maxAt: Number(maxAt),
    }))
    .toSorted(compareLevels);

/** What there is beside what there must be: of all stretches without a minute that waits. */
export function levelsToCompare({ blocks, unlevelled, levels }: Snapshot) {
  return LEVEL_STEPS.map((span) => {
    const waiting = new Set([...unlevelled].map((minute) => Math.floor(minute / span) * span));
    const settled = (all: readonly StoredLevel[]): StoredLevel[] =>
      all.filter(({ start }) => !waiting.has(start));
    return { found: settled(levels.get(span)!), expected: settled(levelsOf(blocks, span)) };
  });
}

export const listedBatch = (reception: Reception, packets: readonly ListedPacket[]): ArchiveBatch =>
  batchOf(
    reception,
    ...packets.map(({ samples, ...head }): GivenPacket => {
      const packet = Buffer.from(JSON.stringify(samples));
      return { ...head, packet, samples: samples.length, definition: 'listed' };
    }),
  );

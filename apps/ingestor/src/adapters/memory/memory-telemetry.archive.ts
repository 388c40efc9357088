import { Injectable } from '@nestjs/common';
import type { Instant } from '#common/domain';
import { LEVEL_STEPS } from '../../archive/level-steps.js';
import { mergedLevel } from '../../archive/merged-levels.js';
import type { BlockPosition, PacketBlock } from '../../archive/packet-block.js';
import {
  type ArchiveBatch,
  type BatchReception,
  type Level,
  type LevelQuery,
  type Levels,
  READINGS_MAX,
  type ShipSummary,
  type ShipWithLatest,
  TelemetryArchive,
  type TimeRange,
} from '../../archive/telemetry-archive.port.js';
import { Readings, type ReadingSource } from '../readings.js';
import { storeBatch } from './memory-batches.js';
import { type MemoryReception, MemoryTables } from './memory-tables.js';

const [MINUTE] = LEVEL_STEPS;
/** As few as make an end of a short reading. */
const PIECE_BLOCKS = 8;

@Injectable()
export class MemoryTelemetryArchive extends TelemetryArchive {
  readonly #readings = new Readings(READINGS_MAX);

  constructor(
    private readonly tables: MemoryTables,
    private readonly process = 'this process',
  ) {
    super();
  }

  async store(batch: ArchiveBatch): Promise<readonly BatchReception[]> {
    return storeBatch(this.tables, batch, (reception) => this.#held(reception));
  }

  async ships(afterName: string | null, limit: number): Promise<ShipSummary[]> {
    return [...this.tables.ships.values()]
      .filter(({ name }) => name > (afterName ?? ''))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, limit);
  }

  async ship(name: string): Promise<ShipSummary | null> {
    return this.tables.ships.get(name) ?? null;
  }

  blocks(shipId: number, { start, end }: TimeRange): AsyncIterable<PacketBlock> {
    return this.#read(
      (block) =>
        block.shipId === shipId &&
        block.lastAt >= (start ?? -Infinity) &&
        block.firstAt < (end ?? Infinity),
    );
  }

  blocksOfContact(contactId: string): AsyncIterable<PacketBlock> {
    return this.#read((block) => block.contactId === contactId);
  }

  async shipWithLatest(name: string): Promise<ShipWithLatest | null> {
    const ship = this.tables.ships.get(name);
    if (!ship) return null;
    const latest = [...this.tables.latest.values()]
      .filter(({ shipId }) => shipId === ship.id)
      .toSorted((a, b) => a.battery - b.battery);
    return { ...ship, latest };
  }

  async levels(shipId: number, { battery, field, start, end, step }: LevelQuery): Promise<Levels> {
    const minutes = [...(this.tables.unlevelled.get(shipId) ?? [])];
    const unlevelled = minutes.filter((minute) => minute >= start && minute < end);
    const stretchOf = (instant: Instant): Instant => Math.floor(instant / step) * step;
    const stale = new Set(unlevelled.map(stretchOf));
    const rows = this.tables.levels.filter(
      (level) => level.shipId === shipId && level.battery === battery && level.field === field,
    );
    const rowsOf = (of: number): Level[] =>
      rows.filter((level) => level.step === of && level.start >= start && level.start < end);
    const whole = rowsOf(step).filter((level) => !stale.has(level.start));
    const parts = step === MINUTE ? [] : rowsOf(MINUTE!);
    const levelParts = parts.filter((part) => !unlevelled.includes(part.start));
    const merged = [...stale].flatMap((stretch) => {
      const its = levelParts.filter((part) => stretchOf(part.start) === stretch);
      return its.length === 0 ? [] : [mergedLevel(stretch, its)];
    });
    const levels = [...whole.map(bare), ...merged].toSorted((a, b) => a.start - b.start);
    return { levels, unlevelled: unlevelled.toSorted((a, b) => a - b) };
  }

  #read(isAskedFor: (block: PacketBlock) => boolean): AsyncIterable<PacketBlock> {
    return this.#readings.read(async () => {
      const all = [...this.tables.blocks.values()].filter(isAskedFor);
      return sourceOf(all.toSorted(compareBlocks));
    });
  }

  #held({ contactId, fence }: BatchReception): MemoryReception | null {
    const known = this.tables.receptions.get(contactId);
    if (known?.opening.fence !== fence || known.isEnded || known.holder !== this.process)
      return null;
    return known;
  }
}

const bare = ({ start, count, min, minAt, max, maxAt }: Level): Level => ({
  start,
  count,
  min,
  minAt,
  max,
  maxAt,
});

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

const compareBlocks = (a: BlockPosition, b: BlockPosition): number =>
  a.firstAt - b.firstAt ||
  compareTexts(a.contactId, b.contactId) ||
  a.fence - b.fence ||
  a.number - b.number;

function sourceOf(blocks: readonly PacketBlock[]): ReadingSource<PacketBlock> {
  let at = 0;
  return {
    next: async () => blocks.slice(at, (at += PIECE_BLOCKS)),
    get isDone() {
      return at >= blocks.length && at > 0;
    },
    close: async () => undefined,
  };
}

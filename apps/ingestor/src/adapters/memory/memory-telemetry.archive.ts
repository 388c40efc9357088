import { Injectable } from '@nestjs/common';
import type { Instant } from '#common/domain';
import { LEVEL_STEPS } from '../../archive/level-steps.js';
import { mergedLevel } from '../../archive/merged-levels.js';
import { blockMinute, type BlockPosition, type PacketBlock } from '../../archive/packet-block.js';
import {
  type ArchiveBatch,
  type BatchReception,
  type LatestPacket,
  type Level,
  type LevelQuery,
  type Levels,
  READINGS_MAX,
  type ShipSummary,
  TelemetryArchive,
  type TimeRange,
} from '../../archive/telemetry-archive.port.js';
import { Readings, type ReadingSource } from '../readings.js';
import { blockKey, type MemoryReception, MemoryTables } from './memory-tables.js';

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

  async store({ receptions, blocks, latest }: ArchiveBatch): Promise<void> {
    const held = new Map<string, MemoryReception>();
    for (const reception of receptions) {
      const ours = this.#held(reception);
      if (ours) held.set(keyOf(reception), ours);
    }
    const stored = new Map([...held].map(([key, { lastBlock }]) => [key, lastBlock]));
    for (const block of blocks) {
      const reception = held.get(keyOf(block));
      if (reception && block.number > stored.get(keyOf(block))!) this.#add(reception, block);
    }
    for (const packet of latest) if (held.has(keyOf(packet))) this.#noteLatest(packet);
    for (const reception of receptions) {
      const ours = held.get(keyOf(reception));
      if (ours) ours.progress = reception.progress;
    }
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

  async latest(shipId: number): Promise<LatestPacket[]> {
    return [...this.tables.latest.values()]
      .filter((packet) => packet.shipId === shipId)
      .toSorted((a, b) => a.battery - b.battery);
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

  #add(reception: MemoryReception, block: PacketBlock): void {
    this.tables.blocks.set(blockKey(block), { ...block, body: Buffer.from(block.body) });
    reception.lastBlock = Math.max(reception.lastBlock, block.number);
    reception.samplesStored += block.samples;
    const unlevelled = this.tables.unlevelled.get(block.shipId) ?? new Set();
    this.tables.unlevelled.set(block.shipId, unlevelled.add(blockMinute(block.firstAt)));
    const ship = [...this.tables.ships.values()].find(({ id }) => id === block.shipId);
    if (!ship) return;
    ship.samplesCount += block.samples;
    ship.firstSampleAt = Math.min(ship.firstSampleAt ?? Infinity, block.firstAt);
    ship.lastSampleAt = Math.max(ship.lastSampleAt ?? -Infinity, block.lastAt);
  }

  #noteLatest(packet: LatestPacket): void {
    const { latest } = this.tables;
    const place = `${packet.shipId}/${packet.battery}`;
    const known = latest.get(place);
    if (known && compareLatest(known, packet) >= 0) return;
    latest.set(place, { ...packet, packet: Buffer.from(packet.packet) });
  }
}

const keyOf = ({ contactId, fence }: { contactId: string; fence: number }): string =>
  `${contactId}/${fence}`;

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

const compareLatest = (a: LatestPacket, b: LatestPacket): number =>
  a.generatedAt - b.generatedAt ||
  compareTexts(a.contactId, b.contactId) ||
  a.fence - b.fence ||
  a.sequence - b.sequence;

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

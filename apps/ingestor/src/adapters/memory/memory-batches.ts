import { blockMinute, type PacketBlock } from '../../archive/packet-block.js';
import type {
  ArchiveBatch,
  BatchReception,
  LatestPacket,
} from '../../archive/telemetry-archive.port.js';
import { blockKey, type MemoryReception, type MemoryTables } from './memory-tables.js';

/** Takes of a batch what is held, as the statement of the database does; gives what was left out. */
export function storeBatch(
  tables: MemoryTables,
  { receptions, blocks, latest }: ArchiveBatch,
  heldOf: (reception: BatchReception) => MemoryReception | null,
): readonly BatchReception[] {
  const held = new Map<string, MemoryReception>();
  for (const reception of receptions) {
    const ours = heldOf(reception);
    if (ours) held.set(keyOf(reception), ours);
  }
  const stored = new Map([...held].map(([key, { lastBlock }]) => [key, lastBlock]));
  for (const block of blocks) {
    const reception = held.get(keyOf(block));
    if (reception && block.number > stored.get(keyOf(block))!) addBlock(tables, reception, block);
  }
  for (const packet of latest) if (held.has(keyOf(packet))) noteLatest(tables, packet);
  for (const reception of receptions) {
    const ours = held.get(keyOf(reception));
    if (ours) ours.progress = reception.progress;
  }
  return receptions.filter((reception) => !held.has(keyOf(reception)));
}

function addBlock(tables: MemoryTables, reception: MemoryReception, block: PacketBlock): void {
  tables.blocks.set(blockKey(block), { ...block, body: Buffer.from(block.body) });
  reception.lastBlock = Math.max(reception.lastBlock, block.number);
  reception.samplesStored += block.samples;
  const unlevelled = tables.unlevelled.get(block.shipId) ?? new Set();
  tables.unlevelled.set(block.shipId, unlevelled.add(blockMinute(block.firstAt)));
  const ship = [...tables.ships.values()].find(({ id }) => id === block.shipId);
  if (!ship) return;
  ship.samplesCount += block.samples;
  ship.firstSampleAt = Math.min(ship.firstSampleAt ?? Infinity, block.firstAt);
  ship.lastSampleAt = Math.max(ship.lastSampleAt ?? -Infinity, block.lastAt);
}

function noteLatest({ latest }: MemoryTables, packet: LatestPacket): void {
  const place = `${packet.shipId}/${packet.battery}`;
  const known = latest.get(place);
  if (known && compareLatest(known, packet) >= 0) return;
  latest.set(place, { ...packet, packet: Buffer.from(packet.packet) });
}

const keyOf = ({ contactId, fence }: { contactId: string; fence: number }): string =>
  `${contactId}/${fence}`;

const compareLatest = (a: LatestPacket, b: LatestPacket): number =>
  a.generatedAt - b.generatedAt ||
  compareTexts(a.contactId, b.contactId) ||
  a.fence - b.fence ||
  a.sequence - b.sequence;

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

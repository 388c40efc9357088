import { encodeBatteryPacket } from '#common/contracts';
import type { BatteryMode, Instant } from '#common/domain';
import { LEVEL_STEPS } from '../../archive/level-steps.js';
import { mergedLevel } from '../../archive/merged-levels.js';
import { blockMinute } from '../../archive/packet-block.js';
import { MemoryTables, type MemoryLevel } from '../memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../memory/memory-telemetry.archive.js';
import type { LatestPacket } from '../../archive/telemetry-archive.port.js';
import { ownPacketsFolder, readPacketReaders } from '../../packets/packet-readers.js';
import { type ArchivedPacket, comparePositions, positionOf } from '../../samples/packet-order.js';
import { readerOf, samplesOf } from '../../samples/sample.js';
import { blocksOf, type LoosePacket, SHIP_ID } from '../../samples/testing/blocks.js';

export const SHIP = 'Ship / Ünö, 100%';
export const CONTACT = '0a000000-0000-4000-8000-000000000001';
export const readers = readPacketReaders(ownPacketsFolder());

export interface GivenRecord {
  readonly battery: number;
  readonly volts: number;
  readonly mode?: BatteryMode;
  readonly amperes?: number;
  readonly celsius?: number;
  readonly charge?: number;
}

/** A packet of ours; its time is in whole milliseconds, as the format has it. */
export function batteryPacket(
  generatedAt: Instant,
  sequence: number,
  records: readonly GivenRecord[],
  contactId = CONTACT,
): LoosePacket {
  const packet = encodeBatteryPacket({
    apid: 200,
    sequence,
    generatedAtMs: Math.floor(generatedAt / 1_000),
    records: records.map(
      ({ mode = 'idle', amperes = 0, celsius = 20, charge = 50, ...record }) => ({
        ...record,
        mode,
        amperes,
        celsius,
        charge,
      }),
    ),
  });
  return { contactId, fence: 1, generatedAt, sequence, packet, samples: records.length };
}

export interface Filling {
  /** Packets in the order of their arrival. */
  readonly packets: readonly LoosePacket[];
  readonly packetsPerBlock?: number;
  /** Minutes that have their levels. */
  readonly isLevelled?: (minute: Instant) => boolean;
  readonly ship?: string;
}

export interface FilledArchive {
  readonly archive: MemoryTelemetryArchive;
  readonly tables: MemoryTables;
}

/** An archive as writer and upkeep would have left it. */
export function filledArchive(filling: Filling): FilledArchive {
  const { packets, packetsPerBlock, isLevelled = () => false, ship = SHIP } = filling;
  const tables = new MemoryTables();
  const blocks = blocksOf(packets, packetsPerBlock);
  for (const [at, block] of blocks.entries()) tables.blocks.set(String(at), block);
  const times = packets.map(({ generatedAt }) => generatedAt);
  tables.ships.set(ship, {
    id: SHIP_ID,
    name: ship,
    samplesCount: blocks.reduce((sum, { samples }) => sum + samples, 0),
    firstSampleAt: times.length === 0 ? null : times.reduce((one, other) => Math.min(one, other)),
    lastSampleAt: times.length === 0 ? null : times.reduce((one, other) => Math.max(one, other)),
  });
  for (const packet of packets) noteLatest(tables, packet);
  const minutes = new Set(times.map(blockMinute));
  const waiting = [...minutes].filter((minute) => !isLevelled(minute));
  tables.unlevelled.set(SHIP_ID, new Set(waiting));
  fillLevels(tables, packets, new Set(waiting));
  return { tables, archive: new MemoryTelemetryArchive(tables) };
}

const archived = ({
  contactId,
  fence,
  definition = 'battery',
  ...frame
}: LoosePacket): ArchivedPacket => ({
  ...frame,
  receivedAt: frame.receivedAt ?? frame.generatedAt,
  origin: { contactId, fence, definition },
});

const samplesIn = (loose: LoosePacket) =>
  samplesOf(archived(loose), readerOf(readers, loose.definition ?? 'battery'));

function noteLatest({ latest }: MemoryTables, loose: LoosePacket): void {
  const { origin, ...frame } = archived(loose);
  for (const { battery } of samplesIn(loose)) {
    const place = `${SHIP_ID}/${battery}`;
    const known: LatestPacket | undefined = latest.get(place);
    const packet = { ...frame, ...origin, shipId: SHIP_ID, battery };
    if (!known || comparePositions(known, positionOf({ ...frame, origin })) < 0)
      latest.set(place, packet);
  }
}

/** Of the minutes that did not change since. */
function fillLevels(
  tables: MemoryTables,
  packets: readonly LoosePacket[],
  stale: ReadonlySet<Instant>,
): void {
  const groups = new Map<string, MemoryLevel[]>();
  for (const loose of packets) {
    if (stale.has(blockMinute(loose.generatedAt))) continue;
    const at = loose.generatedAt;
    for (const { battery, values, reader } of samplesIn(loose))
      for (const [place, value] of values.entries()) {
        if (typeof value !== 'number') continue;
        const { name: field } = reader.fields[place]!;
        for (const step of LEVEL_STEPS) {
          const start = Math.floor(at / step) * step;
          const key = [battery, field, step, start].join('/');
          const level = { count: 1, min: value, minAt: at, max: value, maxAt: at };
          const parts = groups.get(key) ?? [];
          parts.push({ ...level, shipId: SHIP_ID, battery, field, step, start });
          groups.set(key, parts);
        }
      }
  }
  for (const parts of groups.values()) {
    const [first] = parts;
    tables.levels.push({ ...first!, ...mergedLevel(first!.start, parts) });
  }
}

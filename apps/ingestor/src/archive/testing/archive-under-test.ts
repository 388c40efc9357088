import { randomUUID } from 'node:crypto';
import { parseInstant } from '#common/domain';
import { Reception } from '../../receptions/reception.js';
import type { ReceptionStore } from '../../receptions/reception-store.port.js';
import { BLOCK_SPAN_MICROS, type PacketBlock } from '../packet-block.js';
import type { Level, TelemetryArchive, TimeRange } from '../telemetry-archive.port.js';
import { batchOf, type GivenPacket } from './batches.js';

export const START = parseInstant('2030-01-01T00:00:00Z')!;
export const ALL: TimeRange = { start: null, end: null };

export interface GivenLevel extends Level {
  readonly battery: number;
  readonly field: string;
  readonly step: number;
}

export interface ArchiveUnderTest {
  readonly archive: TelemetryArchive;
  readonly store: ReceptionStore;
  /** As the upkeep does: no minute of the ship is unlevelled any more, and these are its levels. */
  readonly putLevels: (shipId: number, levels: readonly GivenLevel[]) => Promise<void>;
}

/** Packets of the numbers, as many microseconds after the start. */
export const packets = (...numbers: number[]): GivenPacket[] =>
  numbers.map((sequence) => ({ sequence, generatedAt: START + sequence }));

/** Hands to fill an archive and to read it. */
export class ArchiveHands {
  constructor(readonly under: ArchiveUnderTest) {}

  async begin(shipName: string, contactId: string = randomUUID(), fence = 1): Promise<Reception> {
    const { store } = this.under;
    const shipId = await store.shipId(shipName);
    const opening = {
      contactId,
      fence,
      shipName,
      plannedStart: START,
      plannedEnd: START + 60_000_000,
      startedAt: START,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const opened = Reception.open(opening, shipId, { port: 10_015, apid: 1 });
    const { address } = opened;
    const progress = opened.progress();
    await store.begin({ opening, shipId, address, openedAt: 0, progress });
    return opened;
  }

  async blocksIn({ shipId }: Reception, range: TimeRange): Promise<PacketBlock[]> {
    const blocks: PacketBlock[] = [];
    for await (const block of this.under.archive.blocks(shipId, range)) blocks.push(block);
    return blocks;
  }

  /** A block in each of so many minutes. */
  async fill(reception: Reception, minutes: number): Promise<PacketBlock[]> {
    const given = Array.from({ length: minutes }, (_, minute) => ({
      sequence: minute + 1,
      generatedAt: START + minute * BLOCK_SPAN_MICROS,
    }));
    const batch = batchOf(reception, ...given);
    await this.under.archive.store(batch);
    return [...batch.blocks];
  }
}

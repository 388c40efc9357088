import { beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import type { Reception } from '../receptions/reception.js';
import { ArchiveWriter } from './archive-writer.js';
import type { PacketBlock } from './packet-block.js';
import { ArchiveHands } from './testing/archive-under-test.js';

const BYTES = 40;

describe('what the archive leaves out', () => {
  let hands: ArchiveHands;
  let writer: ArchiveWriter;
  let leftOut: PacketBlock[];

  beforeEach(() => {
    const tables = new MemoryTables();
    const archive = new MemoryTelemetryArchive(tables);
    const store = new MemoryReceptionStore(tables);
    hands = new ArchiveHands({ archive, store, putLevels: async () => undefined });
    leftOut = [];
    const take = (blocks: readonly PacketBlock[]): void => void leftOut.push(...blocks);
    writer = new ArchiveWriter(archive, new SystemClock(), undefined, { take });
  });

  function write(reception: Reception, sequence: number): void {
    expect(writer.hasRoomFor(BYTES)).toBe(true);
    reception.account.takeNumbered(sequence, BYTES);
    writer.take(reception, {
      definition: 'battery',
      sequence,
      generatedAt: sequence,
      receivedAt: sequence,
      bytes: Buffer.alloc(BYTES, sequence),
      start: 0,
      length: BYTES,
      samples: 1,
      batteries: Uint8Array.of(0),
    });
  }

  it('is handed over, once and alone, and does not count as stored', async () => {
    const kept = await hands.begin('Voyager');
    const superseded = await hands.begin('USS Enterprise');
    await hands.begin('USS Enterprise', superseded.contactId, 2);
    write(kept, 1);
    write(superseded, 2);
    await writer.flush();
    write(kept, 3);
    superseded.account.corrupt(null, BYTES);
    writer.touch(superseded);
    await writer.flush();

    const { contactId } = superseded;
    expect(leftOut).toMatchObject([{ contactId, fence: 1, number: 1, numbers: [[2, 2]] }]);
    expect(writer.check()).toMatchObject({ samples_stored: 2, samples_waiting: 0 });
  });
});

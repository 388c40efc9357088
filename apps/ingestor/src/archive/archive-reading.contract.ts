import { beforeEach, describe, expect, it } from 'vitest';
import type { Reception } from '../receptions/reception.js';
import { BLOCK_SPAN_MICROS, type PacketBlock } from './packet-block.js';
import { READINGS_MAX, type TelemetryArchive, type TimeRange } from './telemetry-archive.port.js';
import {
  ALL,
  ArchiveHands,
  type ArchiveUnderTest,
  packets,
  START,
} from './testing/archive-under-test.js';
import { batchOf } from './testing/batches.js';

/** The part of the contract that is about reading blocks. */
export function describeArchiveReading(make: () => Promise<ArchiveUnderTest>): void {
  describe('asked for blocks', () => {
    let archive: TelemetryArchive;
    let hands: ArchiveHands;
    let reception: Reception;

    beforeEach(async () => {
      hands = new ArchiveHands(await make());
      ({ archive } = hands.under);
      reception = await hands.begin('USS Enterprise');
    });

    const blocksIn = (range: TimeRange): Promise<PacketBlock[]> => hands.blocksIn(reception, range);

    it('gives blocks in the order of their times, then contacts, starts and numbers', async () => {
      const other = await hands.begin('USS Enterprise');
      const [low, high] = [reception, other].toSorted((a, b) =>
        a.contactId < b.contactId ? -1 : 1,
      );
      const late = batchOf(high!, ...packets(1, 5));
      const early = batchOf(high!, ...packets(0));
      const twin = batchOf(low!, ...packets(1));
      const again = batchOf(low!, ...packets(1));
      for (const batch of [late, early, twin, again]) await archive.store(batch);

      const inOrder = [early, twin, again, late].flatMap(({ blocks }) => blocks);
      expect(await blocksIn(ALL)).toEqual(inOrder);
    });

    it('gives every block that may hold packets of a half-open range, and no other', async () => {
      const blocks = await hands.fill(reception, 20);
      const at = (minute: number): number => START + minute * BLOCK_SPAN_MICROS;

      expect(await blocksIn({ start: at(3), end: at(5) })).toEqual(blocks.slice(3, 5));
      expect(await blocksIn({ start: at(3) + 1, end: at(5) + 1 })).toEqual(blocks.slice(4, 6));
      expect(await blocksIn({ start: at(18), end: null })).toEqual(blocks.slice(18));
      expect(await blocksIn({ start: null, end: at(2) })).toEqual(blocks.slice(0, 2));
      expect(await blocksIn({ start: at(5), end: at(5) })).toEqual([]);
      expect(await blocksIn({ start: -Number.MAX_VALUE, end: Number.MAX_VALUE })).toEqual(blocks);
      expect(await blocksIn({ start: Number.MAX_VALUE, end: null })).toEqual([]);
    });

    it('gives a block whose first packet is before the range and whose last is in it', async () => {
      const edge = START + BLOCK_SPAN_MICROS - 1;
      await archive.store(batchOf(reception, ...packets(0), { sequence: 1, generatedAt: edge }));

      expect(await blocksIn({ start: edge, end: null })).toHaveLength(1);
      expect(await blocksIn({ start: edge + 1, end: null })).toEqual([]);
      expect(await blocksIn({ start: null, end: START + 1 })).toHaveLength(1);
    });

    it('gives all blocks of a contact, of every start and week, and of no other contact', async () => {
      const aMonthLater = START + 31 * 24 * 60 * BLOCK_SPAN_MICROS;
      const first = batchOf(reception, ...packets(1), { sequence: 2, generatedAt: aMonthLater });
      await archive.store(first);
      await archive.store(batchOf(await hands.begin('USS Enterprise'), ...packets(1)));
      const next = await hands.begin('USS Enterprise', reception.contactId, 2);
      const second = batchOf(next, ...packets(3));
      await archive.store(second);

      const blocks: PacketBlock[] = [];
      for await (const block of archive.blocksOfContact(reception.contactId)) blocks.push(block);
      expect(blocks).toEqual([first.blocks[0], second.blocks[0], first.blocks[1]]);
    });

    it('reads what was there at the first, whatever comes meanwhile', async () => {
      const blocks = await hands.fill(reception, 40);
      const read: PacketBlock[] = [];
      for await (const block of archive.blocks(reception.shipId, ALL)) {
        if (read.length === 0) await archive.store(batchOf(reception, ...packets(1_000_000)));
        read.push(block);
      }

      expect(read).toEqual(blocks);
      expect(await blocksIn(ALL)).toHaveLength(41);
    });

    it('lets go of what is not read to its end', async () => {
      await hands.fill(reception, 40);
      for (let times = 0; times < 2 * READINGS_MAX; times += 1) {
        const reading = archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator]();
        await reading.next();
        await reading.return!();
      }

      expect(await blocksIn(ALL)).toHaveLength(40);
    });

    it('has so many readings open at a time, and makes others wait', async () => {
      await hands.fill(reception, 40);
      const open = Array.from({ length: READINGS_MAX }, () =>
        archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator](),
      );
      for (const reading of open) await reading.next();
      const waiting = blocksIn(ALL);
      await open[0]!.return!();

      expect(await waiting).toHaveLength(40);
      for (const reading of open) await reading.return!();
    });
  });
}

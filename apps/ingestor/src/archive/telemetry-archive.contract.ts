import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { SystemClock } from '#common/platform';
import type { Reception } from '../receptions/reception.js';
import type { ReceptionStore } from '../receptions/reception-store.port.js';
import { describeArchiveLevels } from './archive-levels.contract.js';
import { describeArchiveReading } from './archive-reading.contract.js';
import { ArchiveWriter } from './archive-writer.js';
import type { PacketBlock } from './packet-block.js';
import { framesOf } from './packet-frame.js';
import type { LatestPacket, TelemetryArchive, TimeRange } from './telemetry-archive.port.js';
import {
  ALL,
  ArchiveHands,
  type ArchiveUnderTest,
  packets,
  START,
} from './testing/archive-under-test.js';
import { batchOf, batchReceptionOf, joined } from './testing/batches.js';

/** Of one of two contacts, so many microseconds after the start. */
interface Given {
  readonly contact: number;
  readonly sequence: number;
  readonly micros: number;
  readonly battery: number;
}

/** What every `TelemetryArchive` must do. Called with a way to make empty ones. */
export function describeTelemetryArchive(make: () => Promise<ArchiveUnderTest>): void {
  describe('a TelemetryArchive', () => {
    let archive: TelemetryArchive;
    let store: ReceptionStore;
    let hands: ArchiveHands;
    let reception: Reception;

    beforeEach(async () => {
      hands = new ArchiveHands(await make());
      ({ archive, store } = hands.under);
      reception = await hands.begin('USS Enterprise');
    });

    const blocksIn = (range: TimeRange, of = reception): Promise<PacketBlock[]> =>
      hands.blocksIn(of, range);

    const latestOf = async (name: string): Promise<readonly LatestPacket[]> =>
      (await archive.shipWithLatest(name))!.latest;

    it('gives back what it was given, to the byte', async () => {
      const anyBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const batch = batchOf(
        reception,
        { sequence: 7, generatedAt: START + 3, packet: anyBytes, samples: 32 },
        { sequence: 0xffff_ffff, generatedAt: START + 1, receivedAt: START + 5 },
        { sequence: 8, generatedAt: START + 2, packet: Buffer.alloc(0) },
      );
      await archive.store(batch);

      expect(batch.blocks).toHaveLength(1);
      expect(await blocksIn(ALL)).toEqual(batch.blocks);
      expect((await blocksIn(ALL))[0]).toMatchObject({
        number: 1,
        firstAt: START + 1,
        lastAt: START + 3,
        packets: 3,
        samples: 34,
        numbers: [
          [7, 8],
          [0xffff_ffff, 0xffff_ffff],
        ],
      });
    });

    it('keeps nothing of the memory that it was given', async () => {
      const bytes = Buffer.alloc(1_000, 7);
      const batch = batchOf(reception, { ...packets(1)[0]!, packet: bytes });
      const given = structuredClone(batch);
      await archive.store(batch);
      for (const { body } of batch.blocks) body.fill(0);
      for (const { packet } of batch.latest) packet.fill(0);

      expect((await blocksIn(ALL))[0]!.body.equals(given.blocks[0]!.body)).toBe(true);
      expect((await latestOf('USS Enterprise'))[0]!.packet.equals(Buffer.alloc(1_000, 7))).toBe(
        true,
      );
    });

    it('gives back megabytes that came through a writer, whose memory serves many blocks', async () => {
      const writer = new ArchiveWriter(archive, new SystemClock());
      const bytes = Buffer.alloc(1_800);
      const count = 6_000;
      for (let sequence = 1; sequence <= count; sequence += 1) {
        bytes.fill(sequence).writeUInt32BE(sequence);
        while (!writer.hasRoomFor(bytes.length)) await writer.flush();
        // Time to store while more comes.
        if (sequence % 200 === 0) await new Promise((resolve) => void setImmediate(resolve));
        reception.account.takeNumbered(sequence, bytes.length);
        writer.take(reception, {
          definition: 'battery',
          sequence,
          generatedAt: START + sequence,
          receivedAt: START + sequence,
          bytes,
          start: 0,
          length: bytes.length,
          samples: 1,
          batteries: Uint8Array.of(0),
        });
      }
      await writer.flush();
      await writer.close(1_000);

      const frames = (await blocksIn(ALL)).flatMap(({ body }) => framesOf(body));
      expect(frames.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: count }, (_, at) => at + 1),
      );
      for (const { sequence, packet } of frames) {
        bytes.fill(sequence).writeUInt32BE(sequence);
        expect(packet.equals(bytes)).toBe(true);
      }
      expect((await latestOf('USS Enterprise'))[0]!.packet.readUInt32BE()).toBe(count);
    });

    it('keeps packets of any time that a clock can say, and of any definition', async () => {
      const times = [
        '1969-12-31T23:59:59.999999Z',
        '1970-01-01T00:00:00Z',
        '2255-06-05T23:47:34.740991Z',
      ];
      const given = times.map((text, at) => ({
        sequence: at + 1,
        generatedAt: parseInstant(text)!,
        definition: `definition ${at}`,
      }));
      const batch = batchOf(reception, ...given);
      await archive.store(batch);

      expect(await blocksIn(ALL)).toEqual(batch.blocks);
      expect(await blocksIn({ start: -1, end: 0 })).toEqual([batch.blocks[0]]);
      expect(await archive.shipWithLatest('USS Enterprise')).toEqual({
        ...(await archive.ship('USS Enterprise')),
        latest: batch.latest,
      });
    });

    it('counts a batch that is stored twice once', async () => {
      const batch = batchOf(reception, ...packets(1, 2, 3));
      await archive.store(batch);
      await archive.store(batch);

      expect(await blocksIn(ALL)).toEqual(batch.blocks);
      expect(await store.samplesStored(reception.contactId)).toBe(3);
      expect(await archive.ship('USS Enterprise')).toMatchObject({
        samplesCount: 3,
        firstSampleAt: START + 1,
        lastSampleAt: START + 3,
      });
    });

    it('takes of a batch what is new, however often the rest comes', async () => {
      const first = batchOf(reception, ...packets(1, 2));
      const second = batchOf(reception, ...packets(3));
      await archive.store(first);
      await archive.store({ ...second, blocks: [...first.blocks, ...second.blocks] });
      await archive.store(first);

      expect(await blocksIn(ALL)).toEqual([...first.blocks, ...second.blocks]);
      expect(await store.samplesStored(reception.contactId)).toBe(3);
      expect(await archive.ship('USS Enterprise')).toMatchObject({ samplesCount: 3 });
      expect(await store.unfinished()).toMatchObject([{ lastBlock: 2 }]);
    });

    it('stores the account that counts exactly its packets', async () => {
      await archive.store(batchOf(reception, ...packets(5, 1, 2)));
      const [unfinished] = await store.unfinished();

      expect(unfinished).toMatchObject({ lastBlock: 1, progress: { account: { good: 3 } } });
      expect(unfinished!.good.ranges()).toEqual([
        [1, 2],
        [5, 5],
      ]);
    });

    it('stores an account without blocks', async () => {
      reception.account.corrupt(7, 39);
      await archive.store({ receptions: [batchReceptionOf(reception)], blocks: [], latest: [] });
      const [unfinished] = await store.unfinished();

      expect(unfinished!.lastBlock).toBe(0);
      expect(unfinished!.progress.account).toMatchObject({ corrupt: 1, corruptClaims: [[7, 7]] });
    });

    it('keeps several receptions of one batch apart', async () => {
      const other = await hands.begin('Voyager');
      await archive.store(
        joined(batchOf(reception, ...packets(1)), batchOf(other, ...packets(1, 2))),
      );

      expect(await archive.ships(null, 10)).toMatchObject([
        { name: 'USS Enterprise', samplesCount: 1 },
        { name: 'Voyager', samplesCount: 2 },
      ]);
      expect(await archive.ships('USS Enterprise', 10)).toMatchObject([{ name: 'Voyager' }]);
      expect(await blocksIn(ALL, other)).toMatchObject([{ packets: 2 }]);
      expect(await latestOf('Voyager')).toMatchObject([{ sequence: 2 }]);
    });

    it('leaves out what is of a start that was superseded, and begins anew with the next', async () => {
      expect(await archive.store(batchOf(reception, ...packets(1, 2)))).toEqual([]);
      const next = await hands.begin('USS Enterprise', reception.contactId, 2);
      const other = await hands.begin('Voyager');
      const late = batchOf(reception, ...packets(3));
      const leftOut = await archive.store(joined(late, batchOf(other, ...packets(1))));
      expect(leftOut).toEqual(late.receptions);

      expect(await blocksIn(ALL)).toMatchObject([{ number: 1, fence: 1 }]);
      expect(await latestOf('USS Enterprise')).toMatchObject([{ sequence: 2 }]);
      expect(await archive.ship('Voyager')).toMatchObject({ samplesCount: 1 });
      expect(await store.unfinished([reception.contactId])).toMatchObject([
        { lastBlock: 0, good: { size: 0 } },
      ]);

      await archive.store(batchOf(next, ...packets(9)));
      const [unfinished] = await store.unfinished([reception.contactId]);
      expect(unfinished).toMatchObject({ lastBlock: 1, opening: { fence: 2 } });
      expect(unfinished!.good.ranges()).toEqual([[9, 9]]);
      expect(await store.samplesStored(reception.contactId)).toBe(1);
      expect(await archive.ship('USS Enterprise')).toMatchObject({ samplesCount: 3 });
    });

    it('knows the newest packet of each battery, whatever the order of arrival', async () => {
      const given: fc.Arbitrary<Given> = fc.record({
        contact: fc.nat(1),
        sequence: fc.nat(5),
        micros: fc.nat(2),
        battery: fc.nat(1),
      });
      const shown = async (shipName: string, order: readonly Given[]) => {
        const both = [
          await hands.begin(shipName, randomUUID()),
          await hands.begin(shipName, randomUUID()),
        ];
        both.sort((a, b) => (a.contactId < b.contactId ? -1 : 1));
        for (const { contact, sequence, micros, battery } of order)
          await archive.store(
            batchOf(both[contact]!, { sequence, battery, generatedAt: START + micros }),
          );
        return (await latestOf(shipName)).map((latest) => ({
          battery: latest.battery,
          sequence: latest.sequence,
          generatedAt: latest.generatedAt,
          contact: both.findIndex(({ contactId }) => contactId === latest.contactId),
        }));
      };
      await fc.assert(
        fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 6 }), async (order) => {
          const forth = await shown(randomUUID(), order);
          expect(await shown(randomUUID(), order.toReversed())).toEqual(forth);
        }),
        { numRuns: 10 },
      );
    });

    it('knows no ship that never had a contact', async () => {
      expect(await archive.ship('Nobody')).toBeNull();
      expect(await archive.ship('\0')).toBeNull();
      expect(await archive.shipWithLatest('Nobody')).toBeNull();
      expect(await archive.shipWithLatest('\0')).toBeNull();
      expect(await latestOf('USS Enterprise')).toEqual([]);
      expect(await blocksIn(ALL)).toEqual([]);
    });

    describeArchiveReading(make);
    describeArchiveLevels(make);
  });
}

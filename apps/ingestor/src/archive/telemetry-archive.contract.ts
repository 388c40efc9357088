import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Instant, parseInstant } from '#common/domain';
import { Reception } from '../receptions/reception.js';
import type { ReceptionStore } from '../receptions/reception-store.port.js';
import { LEVEL_STEPS } from './level-steps.js';
import { BLOCK_SPAN_MICROS, type PacketBlock } from './packet-block.js';
import { batchOf, batchReceptionOf, type GivenPacket, joined } from './testing/batches.js';
import {
  type Level,
  type Levels,
  READINGS_MAX,
  type TelemetryArchive,
  type TimeRange,
} from './telemetry-archive.port.js';

const START = parseInstant('2030-01-01T00:00:00Z')!;
const ALL: TimeRange = { start: null, end: null };

/** Of one of two contacts, so many microseconds after the start. */
interface Given {
  readonly contact: number;
  readonly sequence: number;
  readonly micros: number;
  readonly battery: number;
}

export interface ArchiveUnderTest {
  readonly archive: TelemetryArchive;
  readonly store: ReceptionStore;
  /** As the upkeep does: no minute of the ship is unlevelled any more, and these are its levels. */
  readonly putLevels: (shipId: number, levels: readonly GivenLevel[]) => Promise<void>;
}

export interface GivenLevel extends Level {
  readonly battery: number;
  readonly field: string;
  readonly step: number;
}

/** What every `TelemetryArchive` must do. Called with a way to make empty ones. */
export function describeTelemetryArchive(make: () => Promise<ArchiveUnderTest>): void {
  describe('a TelemetryArchive', () => {
    let archive: TelemetryArchive;
    let store: ReceptionStore;
    let putLevels: ArchiveUnderTest['putLevels'];
    let reception: Reception;

    beforeEach(async () => {
      ({ archive, store, putLevels } = await make());
      reception = await begin('USS Enterprise');
    });

    async function begin(
      shipName: string,
      contactId: string = randomUUID(),
      fence = 1,
    ): Promise<Reception> {
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
      const progress = opened.progress();
      const address = opened.address;
      await store.begin({ opening, shipId, address, openedAt: 0, progress });
      return opened;
    }

    /** Packets of the numbers, as many microseconds after the start. */
    const packets = (...numbers: number[]): GivenPacket[] =>
      numbers.map((sequence) => ({ sequence, generatedAt: START + sequence }));

    async function blocksIn(range: TimeRange, of = reception): Promise<PacketBlock[]> {
      const blocks: PacketBlock[] = [];
      for await (const block of archive.blocks(of.shipId, range)) blocks.push(block);
      return blocks;
    }

    /** A block in each of so many minutes. */
    async function fill(minutes: number, of = reception): Promise<PacketBlock[]> {
      const given = Array.from({ length: minutes }, (_, minute) => ({
        sequence: minute + 1,
        generatedAt: START + minute * BLOCK_SPAN_MICROS,
      }));
      const batch = batchOf(of, ...given);
      await archive.store(batch);
      return [...batch.blocks];
    }

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
      expect(await archive.latest(reception.shipId)).toEqual(batch.latest);
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
      const other = await begin('Voyager');
      await archive.store(
        joined(batchOf(reception, ...packets(1)), batchOf(other, ...packets(1, 2))),
      );

      expect(await archive.ships(null, 10)).toMatchObject([
        { name: 'USS Enterprise', samplesCount: 1 },
        { name: 'Voyager', samplesCount: 2 },
      ]);
      expect(await archive.ships('USS Enterprise', 10)).toMatchObject([{ name: 'Voyager' }]);
      expect(await blocksIn(ALL, other)).toMatchObject([{ packets: 2 }]);
      expect(await archive.latest(other.shipId)).toMatchObject([{ sequence: 2 }]);
    });

    it('leaves out what is of a start that was superseded, and begins anew with the next', async () => {
      await archive.store(batchOf(reception, ...packets(1, 2)));
      const next = await begin('USS Enterprise', reception.contactId, 2);
      const other = await begin('Voyager');
      await archive.store(joined(batchOf(reception, ...packets(3)), batchOf(other, ...packets(1))));

      expect(await blocksIn(ALL)).toMatchObject([{ number: 1, fence: 1 }]);
      expect(await archive.latest(reception.shipId)).toMatchObject([{ sequence: 2 }]);
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
        const both = [await begin(shipName, randomUUID()), await begin(shipName, randomUUID())];
        both.sort((a, b) => (a.contactId < b.contactId ? -1 : 1));
        for (const { contact, sequence, micros, battery } of order)
          await archive.store(
            batchOf(both[contact]!, { sequence, battery, generatedAt: START + micros }),
          );
        return (await archive.latest(both[0]!.shipId)).map((latest) => ({
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

    it('gives blocks in the order of their times, then contacts, starts and numbers', async () => {
      const other = await begin('USS Enterprise');
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
      const blocks = await fill(20);
      const at = (minute: number): number => START + minute * BLOCK_SPAN_MICROS;

      expect(await blocksIn({ start: at(3), end: at(5) })).toEqual(blocks.slice(3, 5));
      expect(await blocksIn({ start: at(3) + 1, end: at(5) + 1 })).toEqual(blocks.slice(4, 6));
      expect(await blocksIn({ start: at(18), end: null })).toEqual(blocks.slice(18));
      expect(await blocksIn({ start: null, end: at(2) })).toEqual(blocks.slice(0, 2));
      expect(await blocksIn({ start: at(5), end: at(5) })).toEqual([]);
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
      await archive.store(batchOf(await begin('USS Enterprise'), ...packets(1)));
      const next = await begin('USS Enterprise', reception.contactId, 2);
      const second = batchOf(next, ...packets(3));
      await archive.store(second);

      const blocks: PacketBlock[] = [];
      for await (const block of archive.blocksOfContact(reception.contactId)) blocks.push(block);
      expect(blocks).toEqual([first.blocks[0], second.blocks[0], first.blocks[1]]);
    });

    it('reads what was there at the first, whatever comes meanwhile', async () => {
      const blocks = await fill(40);
      const read: PacketBlock[] = [];
      for await (const block of archive.blocks(reception.shipId, ALL)) {
        if (read.length === 0) await archive.store(batchOf(reception, ...packets(1_000_000)));
        read.push(block);
      }

      expect(read).toEqual(blocks);
      expect(await blocksIn(ALL)).toHaveLength(41);
    });

    it('lets go of what is not read to its end', async () => {
      await fill(40);
      for (let times = 0; times < 2 * READINGS_MAX; times += 1) {
        const reading = archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator]();
        await reading.next();
        await reading.return!();
      }

      expect(await blocksIn(ALL)).toHaveLength(40);
    });

    it('has so many readings open at a time, and makes others wait', async () => {
      await fill(40);
      const open = Array.from({ length: READINGS_MAX }, () =>
        archive.blocks(reception.shipId, ALL)[Symbol.asyncIterator](),
      );
      for (const reading of open) await reading.next();
      const waiting = blocksIn(ALL);
      await open[0]!.return!();

      expect(await waiting).toHaveLength(40);
      for (const reading of open) await reading.return!();
    });

    describe('asked for levels', () => {
      const [MINUTE, HOUR] = LEVEL_STEPS as [number, number];
      const minute = (at: number): Instant => START + at * MINUTE;
      const levelAt = (start: Instant, step = MINUTE, value = start / MINUTE): GivenLevel => ({
        ...{ battery: 1, field: 'volts', step, start, count: 2 },
        ...{ min: -value, minAt: start + 1, max: value, maxAt: start + 2 },
      });
      const bare = ({ start, count, min, minAt, max, maxAt }: Level): Level => ({
        ...{ start, count, min, minAt, max, maxAt },
      });
      const ask = (step: number, start: Instant, end: Instant): Promise<Levels> =>
        archive.levels(reception.shipId, { battery: 1, field: 'volts', step, start, end });

      it('gives those of the stretches, and names the minutes that have none', async () => {
        const given = [minute(0), minute(1), minute(3)].map((start) => levelAt(start));
        await putLevels(reception.shipId, [
          ...given,
          { ...levelAt(minute(2)), battery: 2 },
          { ...levelAt(minute(2)), field: 'amperes' },
          levelAt(START, HOUR),
        ]);
        expect(await ask(MINUTE, minute(0), minute(3))).toEqual({
          levels: given.slice(0, 2).map(bare),
          unlevelled: [],
        });

        const times = [minute(1) + 5, minute(4)];
        await archive.store(
          batchOf(
            reception,
            ...times.map((generatedAt, at) => ({ sequence: at + 1, generatedAt })),
          ),
        );
        expect(await ask(MINUTE, minute(0), minute(5))).toEqual({
          levels: [given[0]!, given[2]!].map(bare),
          unlevelled: [minute(1), minute(4)],
        });
        expect(await ask(MINUTE, minute(2), minute(4))).toMatchObject({ unlevelled: [] });
      });

      it('makes the level of a stretch of its other minutes', async () => {
        const hours = [levelAt(START, HOUR, 7), levelAt(START + HOUR, HOUR, 8)];
        // Equal values: the earliest counts.
        const minutes = [
          { ...levelAt(minute(0)), min: -3, max: 9 },
          { ...levelAt(minute(1)), min: -5, max: 9 },
          { ...levelAt(minute(2)), min: -99, max: 99 },
          { ...levelAt(minute(59)), min: -5, max: 4 },
        ];
        await putLevels(reception.shipId, [...hours, ...minutes]);
        expect(await ask(HOUR, START, START + 2 * HOUR)).toEqual({
          levels: hours.map(bare),
          unlevelled: [],
        });

        await archive.store(batchOf(reception, { sequence: 1, generatedAt: minute(2) }));
        expect(await ask(HOUR, START, START + 2 * HOUR)).toEqual({
          levels: [
            { start: START, count: 6, min: -5, minAt: minute(1) + 1, max: 9, maxAt: minute(0) + 2 },
            bare(hours[1]!),
          ],
          unlevelled: [minute(2)],
        });
      });

      it('gives none where a ship has none', async () => {
        await fill(1);

        expect(await ask(HOUR, START, START + HOUR)).toEqual({ levels: [], unlevelled: [START] });
        expect(await ask(HOUR, START + HOUR, START + HOUR)).toEqual({ levels: [], unlevelled: [] });
      });
    });

    it('knows no ship that never had a contact', async () => {
      expect(await archive.ship('Nobody')).toBeNull();
      expect(await archive.ship('\0')).toBeNull();
      expect(await archive.latest(reception.shipId)).toEqual([]);
      expect(await blocksIn(ALL)).toEqual([]);
    });
  });
}

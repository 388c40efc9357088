import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf, type LoosePacket, streamOf } from './testing/blocks.js';
import { orderedPackets, type PacketRange } from './ordered-packets.js';
import { type ArchivedPacket, comparePositions, positionOf } from './packet-order.js';

const EVERYTHING: PacketRange = { start: null, end: null };
const MINUTE = 60_000_000;
const CONTACTS = ['0a000000-0000-4000-8000-000000000001', '0a000000-0000-4000-8000-000000000002'];

/** Few times, so that ties are usual; numbers tell packets of a reception apart. */
const somePackets: fc.Arbitrary<LoosePacket[]> = fc.uniqueArray(
  fc.record({
    generatedAt: fc.integer({ min: 0, max: 60 }).map((at) => at * (MINUTE / 20)),
    contactId: fc.constantFrom(...CONTACTS),
    fence: fc.integer({ min: 1, max: 2 }),
    sequence: fc.integer({ min: 0, max: 40 }),
    packet: fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  }),
  {
    maxLength: 80,
    selector: ({ contactId, fence, sequence }) => [contactId, fence, sequence].join('/'),
  },
);
const shuffled = somePackets.chain((packets) =>
  fc.tuple(
    fc.constant(packets),
    fc.shuffledSubarray(packets, { minLength: packets.length }),
    fc.integer({ min: 1, max: 9 }),
  ),
);

async function read(
  blocks: Parameters<typeof streamOf>[0],
  range: PacketRange = EVERYTHING,
  bytesMax?: number,
): Promise<ArchivedPacket[]> {
  const stream = streamOf(blocks) as Parameters<typeof orderedPackets>[0];
  const packets: ArchivedPacket[] = [];
  for await (const batch of orderedPackets(stream, range, bytesMax)) packets.push(...batch);
  return packets;
}

const plain = (packets: readonly ArchivedPacket[]) =>
  packets.map((packet) => [positionOf(packet), packet.packet.toString('hex')]);

const expected = (packets: readonly LoosePacket[]) =>
  packets
    .toSorted(comparePositions)
    .map(({ generatedAt, contactId, fence, sequence, packet }) => [
      { generatedAt, contactId, fence, sequence },
      packet.toString('hex'),
    ]);

describe('ordered packets', () => {
  it('are the same whatever the order of arrival and the blocks they came in', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ([packets, arrived, packetsMax]) => {
        expect(plain(await read(blocksOf(arrived, packetsMax)))).toEqual(expected(packets));
      }),
    );
  });

  it('are those of the range, its end not included', async () => {
    const bound = fc.option(fc.integer({ min: 0, max: 180_000_000 }));
    await fc.assert(
      fc.asyncProperty(shuffled, bound, bound, async ([packets, arrived, max], start, end) => {
        const wanted = packets.filter(
          ({ generatedAt }) => generatedAt >= (start ?? 0) && generatedAt < (end ?? Infinity),
        );
        expect(plain(await read(blocksOf(arrived, max), { start, end }))).toEqual(expected(wanted));
      }),
    );
  });

  it('go on at any one of them', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, fc.nat(), async ([packets, arrived, max], place) => {
        fc.pre(packets.length > 0);
        const sorted = packets.toSorted(comparePositions);
        const at = place % sorted.length;
        const range = { ...EVERYTHING, from: sorted[at]! };
        expect(plain(await read(blocksOf(arrived, max), range))).toEqual(
          expected(sorted.slice(at)),
        );
      }),
    );
  });

  it('take no more memory than the limit: it is told instead', async () => {
    const packets = Array.from({ length: 40 }, (_, at) => ({
      generatedAt: at % 2,
      contactId: CONTACTS[0]!,
      fence: 1,
      sequence: at,
      packet: Buffer.alloc(1_000),
    }));

    await expect(read(blocksOf(packets, 2), EVERYTHING, 20_000)).rejects.toMatchObject({
      code: 'SAMPLES_TOO_DENSE',
    });
  });

  it('of times that do not overlap are read with one block in memory', async () => {
    const packets = Array.from({ length: 400 }, (_, at) => ({
      generatedAt: at * MINUTE,
      contactId: CONTACTS[0]!,
      fence: 1,
      sequence: at,
      packet: Buffer.alloc(1_000),
    }));

    expect(await read(blocksOf(packets), EVERYTHING, 4_000)).toHaveLength(400);
  });

  it('let go of the archive when nobody reads on', async () => {
    let isReturned = false;
    async function* source() {
      try {
        yield* blocksOf(
          CONTACTS.map((contactId, at) => ({
            generatedAt: at * MINUTE,
            contactId,
            fence: 1,
            sequence: 1,
            packet: Buffer.alloc(1),
          })),
        );
      } finally {
        isReturned = true;
      }
    }
    for await (const batch of orderedPackets(source(), EVERYTHING)) {
      expect(batch).toHaveLength(1);
      break;
    }

    expect(isReturned).toBe(true);
  });
});

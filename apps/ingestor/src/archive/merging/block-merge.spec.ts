import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SequenceRange, SequenceSet } from '#common/domain';
import { BLOCK_BYTES_MAX, BLOCK_PACKETS_MAX, type PacketBlock } from '../packet-block.js';
import { LevelAccumulator } from '../levels/level-accumulator.js';
import { framesIn, LISTED, type ListedPacket, listedBlock } from '../testing/listed-packets.js';
import type { ReadBlock } from './block-packer.js';
import { mergeBlocks } from './block-merge.js';
import { orderOf } from './frame-order.js';

const OWNER = { contactId: 'contact', fence: 1, shipId: 1 };

const read = (blocks: readonly PacketBlock[]): ReadBlock[] =>
  blocks.map((block) => ({
    block,
    counts: new LevelAccumulator().add(LISTED, block.body, block.packets),
  }));

/** What there is after the merge. */
function merge(blocks: readonly PacketBlock[]): PacketBlock[] {
  const { old, merged } = mergeBlocks(read(blocks));
  return [...blocks.filter((block) => !old.includes(block)), ...merged];
}

const packet = (sequence: number, generatedAt: number, text = 'idle'): ListedPacket => ({
  sequence,
  generatedAt,
  receivedAt: sequence,
  samples: Array.from({ length: 1 + (sequence % 3) }, (_, battery) => [battery, 1, 2, text]),
});

/** Consecutive numbers, a millisecond from packet to packet. */
const run = (from: number, length: number): ListedPacket[] =>
  Array.from({ length }, (_, at) => packet(from + at, (from + at) * 1_000));

const sum = (blocks: readonly PacketBlock[], of: 'packets' | 'samples'): number =>
  blocks.reduce((total, block) => total + block[of], 0);

const numbersOf = (blocks: readonly PacketBlock[]): SequenceRange[] => {
  const set = new SequenceSet();
  for (const [from, to] of blocks.flatMap(({ numbers }) => numbers))
    for (let number = from; number <= to; number += 1) set.add(number);
  return set.ranges();
};

const isInOrder = (blocks: readonly PacketBlock[]): boolean => {
  const orders = blocks
    .map(({ body }) => orderOf(body))
    .toSorted((a, b) => a.first.generatedAt - b.first.generatedAt);
  return orders.every(
    (order, at) =>
      order.isSorted && (at === 0 || orders[at - 1]!.last.generatedAt <= order.first.generatedAt),
  );
};

describe('merging blocks', () => {
  /** Blocks of one reception and minute, in any order and of any sizes. */
  const blocks = fc
    .array(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((times) => {
      let sequence = 0;
      return times.map((some, at) =>
        listedBlock(
          OWNER,
          at + 1,
          some.map((time) => packet((sequence += 1), time * 1_000)),
        ),
      );
    });

  it('leaves one sorted block with the same packets, numbers and counts', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        const [one, ...others] = merge(given);

        expect(others).toEqual([]);
        expect(orderOf(one!.body).isSorted).toBe(true);
        expect(framesIn([one!])).toEqual(framesIn(given));
        expect(one!.numbers).toEqual(numbersOf(given));
        expect([one!.packets, one!.samples]).toEqual([
          sum(given, 'packets'),
          sum(given, 'samples'),
        ]);
        expect(one).toMatchObject({
          number: Math.min(...given.map(({ number }) => number)),
          firstAt: Math.min(...given.map(({ firstAt }) => firstAt)),
          lastAt: Math.max(...given.map(({ lastAt }) => lastAt)),
          receivedAt: Math.max(...given.map(({ receivedAt }) => receivedAt)),
        });
      }),
    );
  });

  it('finds nothing to do a second time', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        expect(mergeBlocks(read(merge(given)))).toEqual({ old: [], merged: [] });
      }),
    );
  });

  it('keeps the limit of packets, and numbers that were there', () => {
    const given = Array.from({ length: 30 }, (_, at) =>
      listedBlock(OWNER, 30 - at, run(at * 500, 500)),
    );
    const after = merge(given);

    expect(after.map(({ packets }) => packets)).toEqual([4_096, 4_096, 4_096, 2_712]);
    expect(after.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(framesIn(after)).toEqual(framesIn(given));
    expect(sum(after, 'samples')).toBe(sum(given, 'samples'));
    expect(isInOrder(after)).toBe(true);
  });

  it('keeps the limit of bytes', () => {
    const long = 'x'.repeat(30_000);
    const given = Array.from({ length: 60 }, (_, at) =>
      listedBlock(OWNER, at + 1, [packet(3 * at, at, long)]),
    );
    const after = merge(given);

    expect(after.length).toBe(Math.ceil(60 / Math.floor(BLOCK_BYTES_MAX / 30_022)));
    for (const { body } of after) expect(body.length).toBeLessThanOrEqual(BLOCK_BYTES_MAX);
    expect(framesIn(after)).toEqual(framesIn(given));
  });

  it('leaves large sorted blocks alone, and those that nothing can be gained for', () => {
    const large = [0, 1, 2].map((at) =>
      listedBlock(OWNER, at + 1, run(at * BLOCK_PACKETS_MAX, BLOCK_PACKETS_MAX)),
    );
    const small = listedBlock(OWNER, 4, run(3 * BLOCK_PACKETS_MAX, 5));

    expect(mergeBlocks(read([...large, small]))).toEqual({ old: [], merged: [] });
  });

  it('writes anew only what a straggler belongs into', () => {
    const large = [0, 1, 2, 3].map((at) =>
      listedBlock(OWNER, at + 1, run(at * BLOCK_PACKETS_MAX, BLOCK_PACKETS_MAX - 1)),
    );
    const straggler = listedBlock(OWNER, 5, [packet(99_999, 5_000_500)]);
    const { old, merged } = mergeBlocks(read([...large, straggler]));

    expect(old).toEqual([large[1], straggler]);
    expect(merged.map(({ packets }) => packets)).toEqual([BLOCK_PACKETS_MAX]);
  });

  it('leaves blocks that would become more', () => {
    const of = (place: number, at: number, length: number) =>
      packet(3 * place, at, 'x'.repeat(length));
    // Four long packets and a short one fill a block; all the long ones come before the short ones.
    const given = [0, 1].map((at) => {
      const long = Array.from({ length: 4 }, (_, place) =>
        of(4 * at + place, 4 * at + place, 64_000),
      );
      return listedBlock(OWNER, at + 1, [...long, of(100 + at, 100 + at, 5_900)]);
    });

    expect(mergeBlocks(read(given))).toEqual({ old: [], merged: [] });
  });

  it('refuses samples that are others than once', () => {
    const given = [1, 2].map((number) => listedBlock(OWNER, number, run(number * 10, 5)));
    const less = read(given).map(({ block, counts }) => ({ block, counts: counts.fill(1) }));

    expect(() => mergeBlocks(less)).toThrow('once held');
  });
});

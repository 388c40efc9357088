import type { PacketBlock } from '../archive/packet-block.js';
import type { TimeRange } from '../archive/telemetry-archive.port.js';
import type { PlaceFilter } from './block-front.js';
import { PacketMerge } from './packet-merge.js';
import { type ArchivedPacket, comparePositions, type PacketPosition } from './packet-order.js';

/** Of blocks that overlap; see `PacketMerge`. */
export const OVERLAP_BYTES_MAX = 256 * 1024 * 1024;
/** As many packets are handed on at once: a promise for each would cost more than reading it. */
const BATCH_PACKETS_MAX = 1_000;

export interface PacketRange extends TimeRange {
  /** Nothing before this one. */
  readonly from?: PacketPosition | null;
}

/**
 * The packets of the range in the order of `comparePositions`, however they stand in blocks, in
 * batches that are never empty. Keeps in memory just the blocks that overlap.
 * @param blocks by `firstAt`
 */
export async function* orderedPackets(
  blocks: AsyncIterable<PacketBlock>,
  range: PacketRange,
  bytesMax = OVERLAP_BYTES_MAX,
): AsyncGenerator<ArchivedPacket[], void, undefined> {
  const merge = new PacketMerge(bytesMax, filterOf(range));
  const source = blocks[Symbol.asyncIterator]();
  try {
    let next = await source.next();
    for (;;) {
      while (next.done !== true && next.value.firstAt <= merge.headAt) {
        merge.take(next.value);
        next = await source.next();
      }
      const end = next.done === true ? Infinity : next.value.firstAt;
      const batch = merge.before(end, BATCH_PACKETS_MAX);
      if (batch.length === 0) return;
      yield batch;
    }
  } finally {
    await source.return?.();
  }
}

function filterOf({ start, end, from = null }: PacketRange): PlaceFilter {
  const first = Math.max(start ?? -Infinity, from?.generatedAt ?? -Infinity);
  const last = end ?? Infinity;
  const isWithin = (generatedAt: number): boolean => generatedAt >= first && generatedAt < last;
  if (from === null) return (_, generatedAt) => isWithin(generatedAt);
  return ({ contactId, fence }, generatedAt, sequence) =>
    isWithin(generatedAt) &&
    (generatedAt > from.generatedAt ||
      comparePositions({ generatedAt, contactId, fence, sequence }, from) >= 0);
}

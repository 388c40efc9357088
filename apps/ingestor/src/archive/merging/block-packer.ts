import { BlockBuilder } from '../block-builder.js';
import type { PacketBlock } from '../packet-block.js';
import { FRAME_HEADER_BYTES } from '../packet-frame.js';
import { frameEnd, keyAt } from './frame-order.js';

/** A block that was read, and how many samples each of its packets holds, in the order of frames. */
export interface ReadBlock {
  readonly block: PacketBlock;
  readonly counts: Uint16Array;
}

/** Frames of several bodies by their place; objects would cost more than the bytes themselves. */
interface FrameTable {
  readonly times: Float64Array;
  readonly sequences: Float64Array;
  readonly blocks: Uint32Array;
  readonly offsets: Uint32Array;
  readonly samples: Uint16Array;
}

/**
 * The packets of blocks of one reception and minute in order, in as few blocks as the limits of a
 * block allow. They take over the lowest numbers; null where those would not suffice.
 */
export function packBlocks(read: readonly ReadBlock[]): PacketBlock[] | null {
  const table = tableOf(read);
  const builders = fill(read, table, orderIn(table));
  if (builders.length > read.length) return null;
  const numbers = read.map(({ block }) => block.number).toSorted((a, b) => a - b);
  return builders.map((builder, at) => builder.seal(numbers[at]!));
}

function tableOf(read: readonly ReadBlock[]): FrameTable {
  const length = read.reduce((sum, { counts }) => sum + counts.length, 0);
  const table: FrameTable = {
    times: new Float64Array(length),
    sequences: new Float64Array(length),
    blocks: new Uint32Array(length),
    offsets: new Uint32Array(length),
    samples: new Uint16Array(length),
  };
  let row = 0;
  for (const [at, { block, counts }] of read.entries()) {
    table.samples.set(counts, row);
    for (let offset = 0; offset < block.body.length; offset = frameEnd(block.body, offset)) {
      const { generatedAt, sequence } = keyAt(block.body, offset);
      table.times[row] = generatedAt;
      table.sequences[row] = sequence;
      table.blocks[row] = at;
      table.offsets[row] = offset;
      row += 1;
    }
  }
  return table;
}

/** Rows in the order of their packets. Mostly they are so already: then nothing is sorted. */
function orderIn({ times, sequences }: FrameTable): Uint32Array {
  const compare = (a: number, b: number): number =>
    times[a]! - times[b]! || sequences[a]! - sequences[b]!;
  const rows = Uint32Array.from(times, (_, row) => row);
  const isSorted = rows.every((row) => row === 0 || compare(row - 1, row) <= 0);
  return isSorted ? rows : rows.sort(compare);
}

function fill(read: readonly ReadBlock[], table: FrameTable, rows: Uint32Array): BlockBuilder[] {
  const { contactId, fence, shipId, definition } = read[0]!.block;
  const owner = { contactId, fence, shipId, definition };
  const builders: BlockBuilder[] = [];
  for (const row of rows) {
    const { body } = read[table.blocks[row]!]!.block;
    const offset = table.offsets[row]!;
    const length = body.readUInt16BE(offset);
    if (!builders.at(-1)?.hasRoomFor(length))
      builders.push(new BlockBuilder(owner, table.times[row]!));
    const head = {
      sequence: table.sequences[row]!,
      generatedAt: table.times[row]!,
      receivedAt: body.readDoubleBE(offset + 14),
    };
    const start = offset + FRAME_HEADER_BYTES;
    builders.at(-1)!.add(head, body, start, length, table.samples[row]!);
  }
  return builders;
}

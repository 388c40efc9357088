import type { PacketBlock } from '../archive/packet-block.js';
import { FRAME_HEADER_BYTES } from '../archive/packet-frame.js';
import type { ArchivedPacket, PacketPosition } from './packet-order.js';

/** Besides its body: the objects and the place of each frame. */
const FRONT_BYTES = 512;
const PLACE_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/** Whether a packet of this place is wanted. */
export type PlaceFilter = (block: PacketBlock, generatedAt: number, sequence: number) => boolean;

/** A block that is being read: its packets in order, one after the other. */
export class BlockFront implements PacketPosition {
  readonly contactId: string;
  readonly fence: number;
  /** What it costs to keep it. */
  readonly bytes: number;
  /** Of the packet that is next; endless when there is none. */
  generatedAt = Infinity;
  sequence = 0;
  readonly #offsets: Uint32Array;
  #at = 0;

  constructor(
    readonly block: PacketBlock,
    isWanted: PlaceFilter,
  ) {
    this.contactId = block.contactId;
    this.fence = block.fence;
    this.#offsets = offsetsOf(block, isWanted);
    this.bytes = FRONT_BYTES + block.body.length + this.#offsets.length * PLACE_BYTES;
    this.#show();
  }

  get isDone(): boolean {
    return this.#at >= this.#offsets.length;
  }

  /** The next packet. There must be one. */
  take(): ArchivedPacket {
    const { block, generatedAt, sequence } = this;
    const offset = this.#offsets[this.#at]!;
    const from = offset + FRAME_HEADER_BYTES;
    const packet = block.body.subarray(from, from + block.body.readUInt16BE(offset));
    const receivedAt = block.body.readDoubleBE(offset + 14);
    this.#at += 1;
    this.#show();
    return { generatedAt, sequence, receivedAt, packet, origin: block };
  }

  #show(): void {
    if (this.isDone) {
      this.generatedAt = Infinity;
      return;
    }
    const offset = this.#offsets[this.#at]!;
    this.sequence = this.block.body.readUInt32BE(offset + 2);
    this.generatedAt = this.block.body.readDoubleBE(offset + 6);
  }
}

/** Where the wanted frames begin, in the order of their packets. */
function offsetsOf(block: PacketBlock, isWanted: PlaceFilter): Uint32Array {
  const { body } = block;
  const offsets = new Uint32Array(Math.floor(body.length / FRAME_HEADER_BYTES));
  let [count, isSorted, lastAt, lastSequence] = [0, true, -Infinity, 0];
  for (let offset = 0; offset < body.length;) {
    const sequence = body.readUInt32BE(offset + 2);
    const generatedAt = body.readDoubleBE(offset + 6);
    if (isWanted(block, generatedAt, sequence)) {
      const isNext = generatedAt > lastAt || (generatedAt === lastAt && sequence >= lastSequence);
      isSorted &&= isNext;
      [lastAt, lastSequence] = [generatedAt, sequence];
      offsets[count] = offset;
      count += 1;
    }
    offset += FRAME_HEADER_BYTES + body.readUInt16BE(offset);
  }
  const wanted = offsets.slice(0, count);
  return isSorted ? wanted : wanted.sort((one, other) => compareFrames(body, one, other));
}

const compareFrames = (body: Buffer, one: number, other: number): number =>
  body.readDoubleBE(one + 6) - body.readDoubleBE(other + 6) ||
  body.readUInt32BE(one + 2) - body.readUInt32BE(other + 2);

import type { Reception } from '../receptions/reception.js';
import { BlockBuilder } from './block-builder.js';
import type { BlockMemory } from './block-memory.js';
import type { GoodPacket } from './good-packet.js';
import { LatestOffsets } from './latest-offsets.js';
import { BLOCK_SPAN_MICROS, type PacketBlock } from './packet-block.js';
import { frameAt } from './packet-frame.js';
import type { BatchReception, LatestPacket } from './telemetry-archive.port.js';

/**
 * Minutes of one reception that fill at one time. A ship whose times jump about further gets smaller
 * blocks, not more memory.
 */
export const OPEN_BLOCKS_MAX = 8;

/** What one reception brings to a batch: blocks that fill, and blocks that are full. */
export class ReceptionBlocks {
  /** In the order in which they were opened. */
  readonly #builders: BlockBuilder[] = [];
  /** The builders' blocks once they are sealed, at the same places. */
  readonly #blocks: (PacketBlock | null)[] = [];
  readonly #open: number[] = [];
  readonly #latest = new LatestOffsets();
  #current: BlockBuilder | null = null;
  #currentNr = 0;

  constructor(
    readonly reception: Reception,
    private readonly memory?: BlockMemory,
  ) {}

  get count(): number {
    return this.#builders.length;
  }

  add(packet: GoodPacket): void {
    const { definition, generatedAt, sequence, bytes, start, length, batteries, samples } = packet;
    let block = this.#current;
    if (!block || !isFor(block, definition, generatedAt) || !block.hasRoomFor(length))
      block = this.#turnTo(definition, generatedAt, length);
    this.#latest.note(batteries, samples, generatedAt, sequence, this.#currentNr, block.bytes);
    block.add(packet, bytes, start, length, samples);
  }

  /** All of its blocks in the order of their numbers, and the account as it is now. */
  seal(): { readonly account: BatchReception; readonly blocks: readonly PacketBlock[] } {
    while (this.#open.length > 0) this.#close(this.#open[0]!);
    const { reception } = this;
    const { contactId, shipId } = reception;
    const { fence } = reception.opening;
    const account = { contactId, fence, shipId, progress: reception.progress() };
    const blocks = this.#blocks.filter((block) => block !== null);
    return { account, blocks: blocks.sort((a, b) => a.number - b.number) };
  }

  /** The newest packet of each battery, once it is sealed. They share the bodies of the blocks. */
  latest(): LatestPacket[] {
    const { contactId, shipId } = this.reception;
    const { fence } = this.reception.opening;
    const packets: LatestPacket[] = [];
    this.#latest.forEach((battery, nr, offset) => {
      const { body, definition } = this.#blocks[nr]!;
      packets.push({ ...frameAt(body, offset), shipId, contactId, fence, definition, battery });
    });
    return packets;
  }

  #turnTo(definition: string, generatedAt: number, length: number): BlockBuilder {
    const known = this.#open.find((nr) => isFor(this.#builders[nr]!, definition, generatedAt));
    if (known !== undefined) {
      if (this.#builders[known]!.hasRoomFor(length)) return this.#select(known);
      this.#close(known);
    } else if (this.#open.length >= OPEN_BLOCKS_MAX) this.#close(this.#open[0]!);
    const { contactId, shipId, opening } = this.reception;
    const owner = { contactId, fence: opening.fence, shipId, definition };
    this.#open.push(this.#builders.length);
    this.#blocks.push(null);
    this.#builders.push(new BlockBuilder(owner, generatedAt, this.memory));
    return this.#select(this.#builders.length - 1);
  }

  #select(nr: number): BlockBuilder {
    this.#currentNr = nr;
    this.#current = this.#builders[nr]!;
    return this.#current;
  }

  #close(nr: number): void {
    this.#open.splice(this.#open.indexOf(nr), 1);
    this.reception.lastBlock += 1;
    this.#blocks[nr] = this.#builders[nr]!.seal(this.reception.lastBlock);
    if (this.#currentNr === nr) this.#current = null;
  }
}

const isFor = ({ owner, minute }: BlockBuilder, definition: string, generatedAt: number): boolean =>
  generatedAt >= minute &&
  generatedAt < minute + BLOCK_SPAN_MICROS &&
  owner.definition === definition;

import type { Reception } from '../receptions/reception.js';
import type { BlockMemory } from './block-memory.js';
import type { GoodPacket } from './good-packet.js';
import { BLOCK_BYTES_MAX } from './packet-block.js';
import { FRAME_HEADER_BYTES } from './packet-frame.js';
import { ReceptionBlocks } from './reception-blocks.js';
import type { ArchiveBatch, LatestPacket } from './telemetry-archive.port.js';

/** That a block may leave empty, since its next packet does not fit. */
const BLOCK_SPARE_BYTES = 8 * 1024;
/**
 * One write to the archive: large enough to pay for the round trip, small enough not to hold it up. Four
 * blocks of one contact, without a fifth for a few packets.
 */
export const BATCH_BYTES_MAX = 4 * (BLOCK_BYTES_MAX - BLOCK_SPARE_BYTES);
/** Of ships whose times jump about; each is a row of its own. */
export const BATCH_BLOCKS_MAX = 1_024;

/** A batch while it fills. Its accounts count exactly its packets and those of all batches before. */
export class OpenBatch {
  readonly #receptions = new Map<Reception, ReceptionBlocks>();
  #newest: ReceptionBlocks | null = null;
  #bytes = 0;
  #samples = 0;
  #blocks = 0;

  constructor(private readonly memory: BlockMemory) {}

  get isEmpty(): boolean {
    return this.#receptions.size === 0;
  }

  get samples(): number {
    return this.#samples;
  }

  /** For a packet of so many bytes. */
  hasRoomFor(length: number): boolean {
    return (
      this.#bytes + FRAME_HEADER_BYTES + length <= BATCH_BYTES_MAX &&
      this.#blocks < BATCH_BLOCKS_MAX
    );
  }

  /** Its account changed: it goes along with this batch, with or without packets. */
  touch(reception: Reception): ReceptionBlocks {
    if (this.#newest?.reception === reception) return this.#newest;
    let blocks = this.#receptions.get(reception);
    if (!blocks) {
      blocks = new ReceptionBlocks(reception, this.memory);
      this.#receptions.set(reception, blocks);
    }
    this.#newest = blocks;
    return blocks;
  }

  /** Copies the packet. The caller sees to it that there is room. */
  add(reception: Reception, packet: GoodPacket): void {
    const blocks = this.touch(reception);
    const before = blocks.count;
    blocks.add(packet);
    this.#blocks += blocks.count - before;
    this.#bytes += FRAME_HEADER_BYTES + packet.length;
    this.#samples += packet.samples;
  }

  /** It must not be used afterwards. */
  seal(): ArchiveBatch {
    const receptions = [...this.#receptions.values()];
    const sealed = receptions.map((reception) => reception.seal());
    return {
      receptions: sealed.map(({ account }) => account),
      blocks: sealed.flatMap(({ blocks }) => blocks),
      latest: newestOf(receptions.flatMap((reception) => reception.latest())),
    };
  }
}

/** Two contacts of a ship may bring the same battery: the archive takes one packet of each. */
function newestOf(packets: readonly LatestPacket[]): LatestPacket[] {
  const newest = new Map<string, LatestPacket>();
  for (const packet of packets) {
    const key = `${packet.shipId}/${packet.battery}`;
    const known = newest.get(key);
    if (!known || isNewer(packet, known)) newest.set(key, packet);
  }
  return [...newest.values()];
}

function isNewer(a: LatestPacket, b: LatestPacket): boolean {
  if (a.generatedAt !== b.generatedAt) return a.generatedAt > b.generatedAt;
  if (a.contactId !== b.contactId) return a.contactId > b.contactId;
  return a.fence === b.fence ? a.sequence > b.sequence : a.fence > b.fence;
}

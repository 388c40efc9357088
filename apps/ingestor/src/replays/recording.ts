import type { Instant } from '#common/domain';
import type { PacketBlock } from '../archive/packet-block.js';
import type { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import { orderedPackets } from '../samples/ordered-packets.js';
import { type ArchivedPacket, type PacketPosition, positionOf } from '../samples/packet-order.js';

/** Read ahead, and kept in memory. */
const PAGE_PACKETS_MAX = 10_000;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** The reception of a contact that the report tells of: that of its highest fence. */
interface RecordingBounds {
  readonly contactId: string;
  readonly shipId: number;
  readonly fence: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly packets: number;
}

/**
 * The stored packets of a contact, in the one order of packets. Read in pages, each at once: a replay
 * may pause for longer than the archive keeps a reading open.
 */
export class Recording {
  #from: PacketPosition | null = null;
  #isAtEnd = false;

  private constructor(
    private readonly archive: TelemetryArchive,
    private readonly bounds: RecordingBounds | null,
  ) {}

  static async open(archive: TelemetryArchive, contactId: string): Promise<Recording> {
    let bounds: RecordingBounds | null = null;
    for await (const block of archive.blocksOfContact(contactId)) bounds = including(bounds, block);
    return new Recording(archive, bounds);
  }

  /** In the whole of it. */
  get packets(): number {
    return this.bounds?.packets ?? 0;
  }

  /** The next packets; none when all were read. @throws what the archive throws; then it can be asked again */
  async next(): Promise<ArchivedPacket[]> {
    if (this.bounds === null || this.#isAtEnd) return [];
    const { shipId, firstAt, lastAt } = this.bounds;
    const from = this.#from;
    const range = { start: from?.generatedAt ?? firstAt, end: lastAt + 1 };
    const blocks = blocksOf(this.archive.blocks(shipId, range), this.bounds);
    const page: ArchivedPacket[] = [];
    let bytes = 0;
    for await (const batch of orderedPackets(blocks, { ...range, from })) {
      for (const packet of batch) {
        // A copy: the packet alone must not keep the whole block.
        page.push({ ...packet, packet: Buffer.from(packet.packet) });
        bytes += packet.packet.length;
        if (page.length >= PAGE_PACKETS_MAX || bytes >= PAGE_BYTES_MAX) return this.#paged(page);
      }
    }
    this.#isAtEnd = true;
    return page;
  }

  /** A number comes once in a reception, so the next packet of that instant has a higher one. */
  #paged(page: ArchivedPacket[]): ArchivedPacket[] {
    const last = positionOf(page.at(-1)!);
    this.#from = { ...last, sequence: last.sequence + 1 };
    return page;
  }
}

function including(bounds: RecordingBounds | null, block: PacketBlock): RecordingBounds {
  const { contactId, shipId, fence, firstAt, lastAt, packets } = block;
  if (bounds === null || fence > bounds.fence)
    return { contactId, shipId, fence, firstAt, lastAt, packets };
  if (fence < bounds.fence) return bounds;
  return {
    ...bounds,
    firstAt: Math.min(bounds.firstAt, firstAt),
    lastAt: Math.max(bounds.lastAt, lastAt),
    packets: bounds.packets + packets,
  };
}

async function* blocksOf(
  blocks: AsyncIterable<PacketBlock>,
  { contactId, fence }: RecordingBounds,
): AsyncGenerator<PacketBlock, void, undefined> {
  for await (const block of blocks)
    if (block.contactId === contactId && block.fence === fence) yield block;
}

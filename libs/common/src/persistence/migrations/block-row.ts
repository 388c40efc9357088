import { formatInstant, type Instant, SequenceSet } from '#common/domain';
import type { OldPacket } from './old-packet.js';

const PACKETS_MAX = 4_096;
const BYTES_MAX = 1024 * 1024;
const FRAME_HEADER_BYTES = 22;

/** A row of `blocks` to be. */
export class BlockRow {
  number = 0;
  bytes = 0;
  readonly contactId: string;
  readonly #shipId: number;
  readonly #definition: string;
  readonly #frames: Buffer[] = [];
  readonly #numbers = new SequenceSet();
  #packets = 0;
  #samples = 0;
  #firstAt: Instant = Infinity;
  #lastAt: Instant = -Infinity;
  #receivedAt: Instant = -Infinity;

  constructor(
    { shipId, contactId, definition }: OldPacket,
    readonly fence: string,
  ) {
    this.#shipId = shipId;
    this.contactId = contactId;
    this.#definition = definition;
  }

  hasRoomFor({ length }: Buffer): boolean {
    return this.#packets < PACKETS_MAX && this.bytes + FRAME_HEADER_BYTES + length <= BYTES_MAX;
  }

  add({ sequence, generatedAt, receivedAt, rows }: OldPacket, bytes: Buffer): void {
    const header = Buffer.alloc(FRAME_HEADER_BYTES);
    header.writeUInt16BE(bytes.length, 0);
    header.writeUInt32BE(sequence, 2);
    header.writeDoubleBE(generatedAt, 6);
    header.writeDoubleBE(receivedAt, 14);
    this.#frames.push(header, bytes);
    this.bytes += header.length + bytes.length;
    this.#packets += 1;
    this.#samples += rows.length;
    this.#numbers.add(sequence);
    this.#firstAt = Math.min(this.#firstAt, generatedAt);
    this.#lastAt = Math.max(this.#lastAt, generatedAt);
    this.#receivedAt = Math.max(this.#receivedAt, receivedAt);
  }

  /** In the order of the columns in samples-into-blocks.ts. */
  values(): unknown[] {
    return [
      this.#shipId,
      this.contactId,
      this.fence,
      this.number,
      this.#definition,
      formatInstant(this.#firstAt),
      formatInstant(this.#lastAt),
      formatInstant(this.#receivedAt),
      this.#packets,
      this.#samples,
      JSON.stringify(this.#numbers.ranges()),
      Buffer.concat(this.#frames),
    ];
  }
}

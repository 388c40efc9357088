import { type Instant, SequenceSet } from '#common/domain';
import { BlockMemory } from './block-memory.js';
import {
  BLOCK_BYTES_MAX,
  BLOCK_PACKETS_MAX,
  blockMinute,
  type PacketBlock,
} from './packet-block.js';
import { FRAME_HEADER_BYTES, type FrameHead, writeFrame } from './packet-frame.js';

/** A slow ship brings a packet or two per block. */
const FIRST_BYTES = 1_024;
/** From a packet to a full block in few steps, since each of them copies. */
const GROWTH = 4;
/** For blocks of which nobody says when they are of no more use. */
const NOT_KEPT = new BlockMemory(0);

export type BlockOwner = Pick<PacketBlock, 'contactId' | 'fence' | 'shipId' | 'definition'>;

/** A block while it fills. Takes packets of one minute; the caller asks first whether one fits. */
export class BlockBuilder {
  readonly minute: Instant;
  readonly #numbers = new SequenceSet();
  #body: Buffer;
  #bytes = 0;
  #packets = 0;
  #samples = 0;
  #firstAt = Infinity;
  #lastAt = -Infinity;
  #receivedAt = -Infinity;

  constructor(
    readonly owner: BlockOwner,
    instant: Instant,
    private readonly memory = NOT_KEPT,
  ) {
    this.#body = memory.take(FIRST_BYTES);
    this.minute = blockMinute(instant);
  }

  /** Of what was added. */
  get bytes(): number {
    return this.#bytes;
  }

  get packets(): number {
    return this.#packets;
  }

  get samples(): number {
    return this.#samples;
  }

  hasRoomFor(length: number): boolean {
    return (
      this.#packets < BLOCK_PACKETS_MAX &&
      this.#bytes + FRAME_HEADER_BYTES + length <= BLOCK_BYTES_MAX
    );
  }

  /** Copies the packet: `bytes` may be used for others afterwards. */
  add(head: FrameHead, bytes: Buffer, start: number, length: number, samples: number): void {
    this.#reserve(FRAME_HEADER_BYTES + length);
    this.#bytes = writeFrame(this.#body, this.#bytes, head, bytes, start, length);
    this.#packets += 1;
    this.#samples += samples;
    this.#numbers.add(head.sequence);
    if (head.generatedAt < this.#firstAt) this.#firstAt = head.generatedAt;
    if (head.generatedAt > this.#lastAt) this.#lastAt = head.generatedAt;
    if (head.receivedAt > this.#receivedAt) this.#receivedAt = head.receivedAt;
  }

  /** The builder must not be used afterwards. */
  seal(number: number): PacketBlock {
    return {
      ...this.owner,
      number,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      receivedAt: this.#receivedAt,
      packets: this.#packets,
      samples: this.#samples,
      numbers: this.#numbers.ranges(),
      body: this.#trimmed(),
    };
  }

  /** What waits for the archive must not hold much more memory than it is counted for. */
  #trimmed(): Buffer {
    const used = this.#body.subarray(0, this.#bytes);
    if (2 * this.#bytes > this.#body.length) return used;
    const trimmed = Buffer.allocUnsafeSlow(this.#bytes);
    used.copy(trimmed);
    this.memory.release(this.#body);
    return trimmed;
  }

  #reserve(bytes: number): void {
    if (this.#bytes + bytes <= this.#body.length) return;
    const larger = this.memory.take(Math.max(GROWTH * this.#body.length, this.#bytes + bytes));
    this.#body.copy(larger, 0, 0, this.#bytes);
    this.memory.release(this.#body);
    this.#body = larger;
  }
}

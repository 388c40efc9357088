import { DomainError } from '#common/domain';
import type { PacketBlock } from '../archive/packet-block.js';
import { BlockFront, type PlaceFilter } from './block-front.js';
import { type ArchivedPacket, comparePositions } from './packet-order.js';

/** Blocks whose times overlap and that are read side by side: a heap, the one with the first packet on top. */
export class PacketMerge {
  readonly #heap: BlockFront[] = [];
  #bytes = 0;

  constructor(
    private readonly bytesMax: number,
    private readonly isWanted: PlaceFilter,
  ) {}

  /** Generation time of the next packet; endless when there is none. */
  get headAt(): number {
    return this.#heap[0]?.generatedAt ?? Infinity;
  }

  /** @throws {DomainError} SAMPLES_TOO_DENSE */
  take(block: PacketBlock): void {
    const front = new BlockFront(block, this.isWanted);
    if (front.isDone) return;
    this.#bytes += front.bytes;
    if (this.#bytes > this.bytesMax) throw tooDense(this.bytesMax);
    this.#heap.push(front);
    this.#rise(this.#heap.length - 1);
  }

  /** The next packets before `end`, at most `max`. */
  before(end: number, max: number): ArchivedPacket[] {
    const packets: ArchivedPacket[] = [];
    while (packets.length < max && this.headAt < end) {
      const front = this.#heap[0]!;
      packets.push(front.take());
      if (front.isDone) this.#drop(front);
      this.#sink(0);
    }
    return packets;
  }

  #drop(top: BlockFront): void {
    this.#bytes -= top.bytes;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#heap[0] = last;
  }

  #rise(start: number): void {
    const heap = this.#heap;
    for (let at = start; at > 0;) {
      const parent = (at - 1) >>> 1;
      if (comparePositions(heap[at]!, heap[parent]!) >= 0) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #sink(start: number): void {
    const heap = this.#heap;
    for (let at = start; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && comparePositions(heap[child]!, heap[least]!) < 0) least = child;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

const tooDense = (bytesMax: number): DomainError =>
  new DomainError(
    'SAMPLES_TOO_DENSE',
    `The packets of one minute do not fit into ${Math.floor(bytesMax / 2 ** 20)} MiB; ` +
      'ask for one contact, or again when they are merged.',
  );

import type { AddressNames } from '../address-names.js';
import { DATAGRAM_BYTES_MAX } from '../datagram-batch.js';
import { bytesOf, SlabView } from '../slab-view.js';
import { LAYOUT, type RingMemory } from './slab-ring.js';

/**
 * A slab whose datagrams are copied out at once: from memory that threads share, each later copy would
 * go byte by byte.
 */
export class CopiedSlab extends SlabView {
  readonly #shared: Buffer;

  constructor(number: number, { slabs }: RingMemory) {
    super(number, slabs, LAYOUT, Buffer.allocUnsafeSlow(LAYOUT.bytesMax));
    this.#shared = bytesOf(number, slabs, LAYOUT);
  }

  override read(port: number, names: AddressNames): void {
    super.read(port, names);
    const last = this.count - 1;
    const end = this.starts[last]! + Math.min(this.lengths[last]!, DATAGRAM_BYTES_MAX);
    this.bytes.set(this.#shared.subarray(0, end));
  }
}

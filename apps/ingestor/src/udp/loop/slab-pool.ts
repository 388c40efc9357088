import { DATAGRAM_BYTES_MAX } from '../datagram-batch.js';
import { DatagramSlab } from './datagram-slab.js';

/** A quiet port holds little: there may be thousands of them. */
const SMALL_DATAGRAMS = 16;
const SMALL_BYTES = 2 * DATAGRAM_BYTES_MAX;
const LARGE_BYTES = 64 * 1024;
/** Kept for the next time; what an overload needed beyond goes back to the system. */
const FREE_SMALL_MAX = 1_024;
const FREE_LARGE_MAX = 64;

/** How much may wait for the handlers, over all ports, and the memory that it waits in. */
export class SlabPool {
  readonly #free: { small: DatagramSlab[]; large: DatagramSlab[] } = { small: [], large: [] };
  readonly #large = new WeakSet<DatagramSlab>();
  #datagrams = 0;
  #bytes = 0;

  constructor(
    readonly datagramsMax: number,
    private readonly bytesMax: number,
    private readonly batchMax: number,
  ) {}

  /** Datagrams. */
  get waiting(): number {
    return this.#datagrams;
  }

  get hasRoom(): boolean {
    return this.#datagrams < this.datagramsMax;
  }

  /** Null when all memory is in use. */
  take(size: 'small' | 'large'): DatagramSlab | null {
    const slab = this.#free[size].pop() ?? this.#make(size);
    if (this.#bytes + slab.memoryBytes > this.bytesMax) {
      this.#keep(slab);
      return null;
    }
    this.#bytes += slab.memoryBytes;
    return slab;
  }

  /** One more waits in a slab. */
  add(): void {
    this.#datagrams += 1;
  }

  release(slab: DatagramSlab): void {
    this.#datagrams -= slab.count;
    this.#bytes -= slab.memoryBytes;
    slab.clear();
    this.#keep(slab);
  }

  #make(size: 'small' | 'large'): DatagramSlab {
    if (size === 'small')
      return new DatagramSlab(Math.min(this.batchMax, SMALL_DATAGRAMS), SMALL_BYTES);
    const slab = new DatagramSlab(this.batchMax, LARGE_BYTES);
    this.#large.add(slab);
    return slab;
  }

  #keep(slab: DatagramSlab): void {
    const isLarge = this.#large.has(slab);
    const free = this.#free[isLarge ? 'large' : 'small'];
    if (free.length < (isLarge ? FREE_LARGE_MAX : FREE_SMALL_MAX)) free.push(slab);
  }
}

import { DATAGRAM_BYTES_MAX } from '../datagram-batch.js';
import { bytesOf } from '../slab-view.js';
import { LAYOUT, type RingMemory } from './slab-ring.js';

/** Up to here a loop is faster than a call for a copy. */
const LOOP_BYTES_MAX = 64;

/** One slab, filled datagram by datagram. */
export class SlabWriter {
  readonly #bytes: Buffer;
  readonly #names: Buffer;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #ports: Uint16Array;
  readonly #sourceOf: Uint16Array;
  readonly #receivedAtMs: Float64Array;
  readonly #counts: Uint32Array;
  #sources: string[] = [];
  #lastSource = 0;
  #used = 0;
  #datagramsMax = 0;
  count = 0;
  /** As they were sent. */
  length = 0;

  constructor(
    readonly number: number,
    { slabs }: RingMemory,
  ) {
    const from = number * LAYOUT.size;
    const { datagramsMax, sourcesMax, nameBytes } = LAYOUT;
    this.#bytes = bytesOf(number, slabs, LAYOUT);
    this.#names = Buffer.from(slabs, from + LAYOUT.names, sourcesMax * nameBytes);
    this.#starts = new Uint32Array(slabs, from + LAYOUT.starts, datagramsMax);
    this.#lengths = new Uint32Array(slabs, from + LAYOUT.lengths, datagramsMax);
    this.#ports = new Uint16Array(slabs, from + LAYOUT.ports, datagramsMax);
    this.#sourceOf = new Uint16Array(slabs, from + LAYOUT.sourceOf, datagramsMax);
    this.#receivedAtMs = new Float64Array(slabs, from + LAYOUT.receivedAtMs, 1);
    this.#counts = new Uint32Array(slabs, from + LAYOUT.count, 2);
  }

  clear(datagramsMax: number): void {
    this.#datagramsMax = Math.min(datagramsMax, LAYOUT.datagramsMax);
    this.#sources = [];
    this.#used = 0;
    this.count = 0;
    this.length = 0;
  }

  /** For a datagram of any length and sender there may be no room. */
  get isFull(): boolean {
    return (
      this.count === this.#datagramsMax ||
      this.#used + DATAGRAM_BYTES_MAX > LAYOUT.bytesMax ||
      this.#sources.length === LAYOUT.sourcesMax
    );
  }

  add(data: Buffer, address: string, port: number): void {
    const at = this.count;
    const kept = Math.min(data.length, DATAGRAM_BYTES_MAX);
    this.#copy(data, kept);
    this.#starts[at] = this.#used;
    this.#lengths[at] = data.length;
    this.#ports[at] = port;
    this.#sourceOf[at] = this.#source(address);
    // Memory that threads share is copied word by word, but only where words begin.
    this.#used = (this.#used + kept + 7) & ~7;
    this.length += data.length;
    this.count = at + 1;
  }

  seal(receivedAtMs: number): void {
    this.#receivedAtMs[0] = receivedAtMs;
    this.#counts[0] = this.count;
    this.#counts[1] = this.#sources.length;
  }

  #copy(data: Buffer, kept: number): void {
    const from = this.#used;
    if (kept <= LOOP_BYTES_MAX)
      for (let nr = 0; nr < kept; nr += 1) this.#bytes[from + nr] = data[nr]!;
    else this.#bytes.set(kept === data.length ? data : data.subarray(0, kept), from);
  }

  #source(address: string): number {
    if (this.#sources[this.#lastSource] === address) return this.#lastSource;
    const known = this.#sources.indexOf(address);
    this.#lastSource = known === -1 ? this.#remember(address) : known;
    return this.#lastSource;
  }

  #remember(address: string): number {
    const source = this.#sources.push(address) - 1;
    this.#names.write(`${address}\0`, source * LAYOUT.nameBytes, LAYOUT.nameBytes, 'latin1');
    return source;
  }
}

import type { AddressNames } from './address-names.js';
import type { DatagramBatch } from './datagram-batch.js';
import type { SlabLayout } from './slab-layout.js';

/** A view of memory that a thread fills; only read while it is ours. */
export class SlabView implements DatagramBatch {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly ports: Uint16Array;
  readonly addresses: string[];
  port = 0;
  receivedAtMs = 0;
  count = 0;
  readonly #receivedAtMs: Float64Array;
  readonly #counts: Uint32Array;
  readonly #sourceOf: Uint16Array;
  readonly #names: Buffer;
  readonly #nameBytes: number;

  constructor(
    readonly number: number,
    memory: ArrayBufferLike,
    layout: SlabLayout,
    readonly bytes = bytesOf(number, memory, layout),
  ) {
    const { datagramsMax } = layout;
    const from = number * layout.size;
    this.starts = new Uint32Array(memory, from + layout.starts, datagramsMax);
    this.lengths = new Uint32Array(memory, from + layout.lengths, datagramsMax);
    this.ports = new Uint16Array(memory, from + layout.ports, datagramsMax);
    this.addresses = Array.from({ length: datagramsMax }, () => '');
    this.#receivedAtMs = new Float64Array(memory, from + layout.receivedAtMs, 1);
    this.#counts = new Uint32Array(memory, from + layout.count, 2);
    this.#sourceOf = new Uint16Array(memory, from + layout.sourceOf, datagramsMax);
    this.#names = Buffer.from(memory, from + layout.names, layout.sourcesMax * layout.nameBytes);
    this.#nameBytes = layout.nameBytes;
  }

  /** The thread has handed it over. */
  read(port: number, names: AddressNames): void {
    this.port = port;
    this.count = this.#counts[0]!;
    this.receivedAtMs = this.#receivedAtMs[0]!;
    const sources = Array.from({ length: this.#counts[1]! }, (_, at) => names.of(this.#name(at)));
    for (let at = 0; at < this.count; at += 1) this.addresses[at] = sources[this.#sourceOf[at]!]!;
  }

  #name(source: number): string {
    const from = source * this.#nameBytes;
    return this.#names.toString('latin1', from, this.#names.indexOf(0, from));
  }
}

/** The datagrams of a slab. */
export const bytesOf = (number: number, memory: ArrayBufferLike, layout: SlabLayout): Buffer =>
  Buffer.from(memory, number * layout.size + layout.bytes, layout.bytesMax);

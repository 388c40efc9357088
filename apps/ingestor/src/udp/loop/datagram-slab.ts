import { type DatagramBatch, DATAGRAM_BYTES_MAX } from '../datagram-batch.js';

/** Beside its bytes a datagram has a start, a length, a port and a reference to an address. */
const COLUMN_BYTES = 4 + 4 + 2 + 8;

/** Memory for one batch, filled datagram by datagram and used again. */
export class DatagramSlab implements DatagramBatch {
  port = 0;
  receivedAtMs = 0;
  count = 0;
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly addresses: string[];
  readonly ports: Uint16Array;
  #used = 0;

  constructor(
    private readonly datagramsMax: number,
    private readonly bytesMax: number,
  ) {
    this.bytes = Buffer.alloc(bytesMax);
    this.starts = new Uint32Array(datagramsMax);
    this.lengths = new Uint32Array(datagramsMax);
    this.addresses = Array.from({ length: datagramsMax }, () => '');
    this.ports = new Uint16Array(datagramsMax);
  }

  get memoryBytes(): number {
    return this.bytesMax + this.datagramsMax * COLUMN_BYTES;
  }

  get isFull(): boolean {
    return this.count === this.datagramsMax;
  }

  hasRoomFor(length: number): boolean {
    return !this.isFull && this.#used + Math.min(length, DATAGRAM_BYTES_MAX) <= this.bytesMax;
  }

  add(data: Buffer, address: string, port: number): void {
    const at = this.count;
    const kept = Math.min(data.length, DATAGRAM_BYTES_MAX);
    data.copy(this.bytes, this.#used, 0, kept);
    this.starts[at] = this.#used;
    this.lengths[at] = data.length;
    this.addresses[at] = address;
    this.ports[at] = port;
    this.#used += kept;
    this.count = at + 1;
  }

  clear(): void {
    this.count = 0;
    this.#used = 0;
  }
}

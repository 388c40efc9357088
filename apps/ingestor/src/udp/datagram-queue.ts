import type { Datagram } from './udp.events.js';

/** How much may wait for the handlers, over all ports: what comes on top is shed. */
export class QueueBudget {
  #datagrams = 0;
  #bytes = 0;

  constructor(
    private readonly datagramsMax: number,
    private readonly bytesMax: number,
  ) {}

  get waiting(): number {
    return this.#datagrams;
  }

  take(bytes: number): boolean {
    if (this.#datagrams >= this.datagramsMax || this.#bytes + bytes > this.bytesMax) return false;
    this.#datagrams += 1;
    this.#bytes += bytes;
    return true;
  }

  release(datagrams: number, bytes: number): void {
    this.#datagrams -= datagrams;
    this.#bytes -= bytes;
  }
}

export interface QueuedBatch {
  datagrams: Datagram[];
  bytes: number;
}

/** Gathers datagrams of one port into batches, in order of arrival. */
export class DatagramQueue {
  readonly #full: QueuedBatch[] = [];
  #open: QueuedBatch = { datagrams: [], bytes: 0 };

  constructor(private readonly batchMax: number) {}

  get isEmpty(): boolean {
    return this.#full.length === 0 && this.#open.datagrams.length === 0;
  }

  /** True when a batch became full. */
  push(datagram: Datagram): boolean {
    this.#open.datagrams.push(datagram);
    this.#open.bytes += datagram.data.length;
    if (this.#open.datagrams.length < this.batchMax) return false;
    this.#full.push(this.#takeOpen());
    return true;
  }

  shift(): QueuedBatch | undefined {
    if (this.#full.length > 0) return this.#full.shift();
    return this.#open.datagrams.length > 0 ? this.#takeOpen() : undefined;
  }

  #takeOpen(): QueuedBatch {
    const batch = this.#open;
    this.#open = { datagrams: [], bytes: 0 };
    return batch;
  }
}

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { AddressNames } from '../address-names.js';
import type { DatagramBatch } from '../datagram-batch.js';
import {
  DatagramReceiver,
  type ReceiverOptions,
  type ReceiverTraffic,
} from '../datagram-receiver.port.js';
import type { DatagramSlab } from './datagram-slab.js';

/** What libuv reads of one socket before it looks after others: so many mean that there are more. */
const TURN_DATAGRAMS_MAX = 32;
/** A dispatch through Nest costs as much as ten datagrams: under load they wait for each other. */
const GATHER_MS = 2;

/** The socket of Node. Its datagrams are copied into slabs at once: nothing is kept for each. */
export class LoopReceiver extends DatagramReceiver {
  readonly kind = 'loop';
  readonly #full: DatagramSlab[] = [];
  readonly #names = new AddressNames();
  readonly #traffic = { received: 0, bytes: 0, shed: 0, waiting: 0 };
  #open: DatagramSlab | null = null;
  /** Since when the open one is being filled, by the clock that never steps; null: since this turn. */
  #gatheringSinceMs: number | null = null;
  #nextSize: 'small' | 'large' = 'small';
  #inTurn = 0;
  #isScheduled = false;
  #closing: Promise<void> | null = null;

  private constructor(
    readonly socket: Socket,
    private readonly options: ReceiverOptions,
    readonly address: string,
    readonly port: number,
  ) {
    super();
    socket.on('message', (data, remote) => this.#receive(data, remote));
    socket.on('error', (fault) => options.onError(fault));
  }

  static async open(options: ReceiverOptions): Promise<LoopReceiver> {
    const socket = createSocket({
      type: isIPv6(options.host) ? 'udp6' : 'udp4',
      recvBufferSize: options.receiveBufferBytes,
    });
    socket.bind(options.port, options.host);
    try {
      await once(socket, 'listening');
    } catch (fault) {
      socket.close();
      throw fault;
    }
    const { address, port } = socket.address();
    return new LoopReceiver(socket, options, address, port);
  }

  get receiveBufferBytes(): number {
    return this.socket.getRecvBufferSize();
  }

  get traffic(): ReceiverTraffic {
    return this.#traffic;
  }

  take(): DatagramBatch | null {
    if (this.#full.length === 0) this.#seal();
    return this.#full.shift() ?? null;
  }

  release(batch: DatagramBatch): void {
    this.#traffic.waiting -= batch.count;
    this.options.pool.release(batch as DatagramSlab);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const isClosed = once(this.socket, 'close');
    this.socket.close();
    await isClosed;
    for (let batch = this.take(); batch; batch = this.take()) this.release(batch);
  }

  #receive(data: Buffer, { address, port }: RemoteInfo): void {
    const { pool, onShed, onReadable } = this.options;
    this.#traffic.received += 1;
    this.#traffic.bytes += data.length;
    const slab = pool.hasRoom ? this.#slabFor(data.length) : null;
    if (!slab) {
      this.#traffic.shed += 1;
      return onShed({ data, address, port });
    }
    slab.add(data, this.#names.of(address), port);
    pool.add();
    this.#traffic.waiting += 1;
    this.#inTurn += 1;
    if (!slab.isFull) return this.#schedule();
    this.#seal('large');
    onReadable();
  }

  #slabFor(length: number): DatagramSlab | null {
    if (this.#open?.hasRoomFor(length)) return this.#open;
    if (this.#open) {
      this.#seal('large');
      this.#schedule();
    }
    this.#open = this.options.pool.take(this.#nextSize);
    return this.#open;
  }

  /** No more goes into the open one. The size of the next follows what came: a full one means load. */
  #seal(nextSize: 'small' | 'large' | null = null): void {
    const slab = this.#open;
    if (!slab) return;
    slab.port = this.port;
    slab.receivedAtMs = this.options.clock.nowMs();
    this.#full.push(slab);
    this.#open = null;
    this.#gatheringSinceMs = null;
    this.#nextSize = nextSize ?? (slab.count > TURN_DATAGRAMS_MAX ? 'large' : 'small');
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#endTurn();
    });
  }

  /** After a turn that brought less than it could, nothing more is there to wait for. */
  #endTurn(): void {
    const mayBeMore = this.#inTurn >= TURN_DATAGRAMS_MAX;
    this.#inTurn = 0;
    if (mayBeMore && this.#full.length === 0) {
      const now = this.options.clock.monotonicMs();
      this.#gatheringSinceMs ??= now;
      if (now - this.#gatheringSinceMs < GATHER_MS) return this.#schedule();
    }
    this.options.onReadable();
  }
}

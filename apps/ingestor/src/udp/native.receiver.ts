import { lookup } from 'node:dns/promises';
import { EventEmitter } from 'node:events';
import { isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { AddressNames } from './address-names.js';
import type { DatagramBatch } from './datagram-batch.js';
import {
  DatagramReceiver,
  type OpenReceiver,
  type ReceiverOptions,
  type ReceiverTraffic,
} from './datagram-receiver.port.js';
import type { NativeAddon, NativeHandle } from './native-addon.js';
import { NativeSlab } from './native-slab.js';

/** 28 MiB, most of it touched only when the handlers are late. */
const SLABS = 192;

/**
 * A thread of its own reads the socket, many datagrams per call, into a fixed pool of slabs. When none
 * is free it does not read, so it never sheds: the kernel drops, and counts.
 */
export class NativeReceiver extends DatagramReceiver {
  readonly kind = 'native';
  readonly socket = new EventEmitter();
  readonly port: number;
  readonly #names = new AddressNames();
  /** Port, receive buffer bytes, received, received bytes, waiting. */
  readonly #state = new Float64Array(5);
  readonly #slabs: NativeSlab[];
  readonly #handle: NativeHandle;
  #isClosed = false;

  private constructor(
    private readonly addon: NativeAddon,
    private readonly options: ReceiverOptions,
    readonly address: string,
  ) {
    super();
    this.#slabs = Array.from({ length: SLABS }, (_, at) => new NativeSlab(at, addon.layout));
    this.#handle = this.#open();
    addon.state(this.#handle, this.#state);
    this.port = this.#state[0]!;
    this.socket.on('error', (fault) => options.onError(fault));
  }

  /** As a socket of Node understands a host. */
  static opener(addon: NativeAddon): OpenReceiver {
    return async (options) => {
      const family = isIPv6(options.host) ? 6 : 4;
      const { address } = await lookup(options.host, { family });
      return new NativeReceiver(addon, options, address);
    };
  }

  get receiveBufferBytes(): number {
    return this.#read()[1]!;
  }

  get traffic(): ReceiverTraffic {
    const [, , received = 0, bytes = 0, waiting = 0] = this.#read();
    return { received, bytes, shed: 0, waiting };
  }

  take(): DatagramBatch | null {
    if (this.#isClosed) return null;
    const slab = this.#slabs[this.addon.take(this.#handle)];
    slab?.read(this.port, this.#names);
    return slab ?? null;
  }

  release(batch: DatagramBatch): void {
    this.addon.release(this.#handle, (batch as NativeSlab).number);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.addon.close(this.#handle);
    this.socket.emit('close');
  }

  #open(): NativeHandle {
    const { port, receiveBufferBytes, batchMax, pool } = this.options;
    const handle = this.addon.open(
      this.address,
      isIPv6(this.address),
      port,
      receiveBufferBytes,
      Math.min(batchMax, this.addon.layout.datagramsMax),
      pool.datagramsMax,
      this.#slabs.map(({ memory }) => memory),
      (fault) => this.#wake(fault),
    );
    if (typeof handle !== 'number') return handle;
    throw systemFault('bind', handle, { address: this.address, port });
  }

  #wake(fault: number): void {
    if (this.#isClosed) return;
    const { address, port } = this;
    if (fault !== 0) this.socket.emit('error', systemFault('recvmmsg', fault, { address, port }));
    this.options.onReadable();
  }

  /** After the end it says what there was. */
  #read(): Float64Array {
    this.addon.state(this.#handle, this.#state);
    return this.#state;
  }
}

/** As Node tells faults of its own sockets. */
function systemFault(
  syscall: string,
  errno: number,
  { address, port }: { address: string; port: number },
): Error {
  const code = getSystemErrorName(errno);
  const message = `${syscall} ${code} ${address}:${port}`;
  return Object.assign(new Error(message), { errno, code, syscall, address, port });
}

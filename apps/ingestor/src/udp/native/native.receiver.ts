import { lookup } from 'node:dns/promises';
import { EventEmitter } from 'node:events';
import { isIPv6 } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { AddressNames } from '../address-names.js';
import type { DatagramBatch } from '../datagram-batch.js';
import {
  DatagramReceiver,
  type OpenReceiver,
  type ReceiverOptions,
  type ReceiverTraffic,
} from '../datagram-receiver.port.js';
import type { NativeAddon, NativeHandle } from './native-addon.js';
import { SlabView } from '../slab-view.js';

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
  readonly #memory: ArrayBuffer;
  /** Views of it, made when first needed. */
  readonly #slabs: SlabView[] = [];
  readonly #handle: NativeHandle;
  #closing: Promise<void> | null = null;

  private constructor(
    private readonly addon: NativeAddon,
    private readonly options: ReceiverOptions,
    readonly address: string,
  ) {
    super();
    this.#memory = new ArrayBuffer(SLABS * addon.layout.size);
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
    if (this.#closing) return null;
    const number = this.addon.take(this.#handle);
    if (number < 0) return null;
    const slab = (this.#slabs[number] ??= new SlabView(number, this.#memory, this.addon.layout));
    slab.read(this.port, this.#names);
    return slab;
  }

  release(batch: DatagramBatch): void {
    this.addon.release(this.#handle, (batch as SlabView).number);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The end is told in a turn of its own, as Node does. */
  async #close(): Promise<void> {
    this.addon.close(this.#handle);
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        this.socket.emit('close');
        resolve();
      });
    });
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
      this.#memory,
      (fault) => this.#wake(fault),
    );
    if (typeof handle !== 'number') return handle;
    throw systemFault('bind', handle, { address: this.address, port });
  }

  #wake(fault: number): void {
    if (this.#closing) return;
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

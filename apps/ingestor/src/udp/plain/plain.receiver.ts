import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { isIPv6 } from 'node:net';
import { Worker } from 'node:worker_threads';
import { AddressNames } from '../address-names.js';
import type { DatagramBatch } from '../datagram-batch.js';
import {
  DatagramReceiver,
  type ReceiverOptions,
  type ReceiverTraffic,
} from '../datagram-receiver.port.js';
import { CopiedSlab } from './copied-slab.js';
import { newRingMemory, RingReader } from './slab-ring.js';
import type { BoundWord, FaultWord, ThreadOrder, ThreadWord } from './socket.thread.js';

const OPEN_DEADLINE_MS = 10_000;
const CLOSE_DEADLINE_MS = 2_000;
/** Compiled, also where the sources are run: Node starts a thread from a file that it can read. */
const THREAD = '#threads/socket.thread';

/**
 * The socket of Node in a thread of its own: Node takes one datagram per system call, so that alone is
 * what a thread can do. When no slab is free it does not read, so it never sheds: the kernel drops, and
 * counts.
 */
export class PlainReceiver extends DatagramReceiver {
  readonly kind = 'plain';
  readonly socket = new EventEmitter();
  readonly address: string;
  readonly port: number;
  readonly receiveBufferBytes: number;
  readonly #names = new AddressNames();
  /** By their numbers, made when first needed. */
  readonly #slabs: CopiedSlab[] = [];
  #closing: Promise<void> | null = null;

  private constructor(
    private readonly worker: Worker,
    private readonly ended: Promise<null>,
    private readonly ring: RingReader,
    options: ReceiverOptions,
    bound: BoundWord['bound'],
  ) {
    super();
    this.address = bound.address;
    this.port = bound.port;
    this.receiveBufferBytes = bound.receiveBufferBytes;
    this.socket.on('error', (fault: Error) => options.onError(fault));
    worker.on('message', (word: ThreadWord) => {
      if (word !== null) this.socket.emit('error', faultOf(word));
      ring.awake();
      if (!this.#closing) options.onReadable();
    });
    worker.on('error', (fault) => this.socket.emit('error', fault));
    void ended.then(() => {
      if (!this.#closing) this.socket.emit('error', new Error('The thread of the socket ended'));
    });
  }

  static async open(options: ReceiverOptions): Promise<PlainReceiver> {
    const ring = new RingReader(newRingMemory());
    const { host, port, receiveBufferBytes, batchMax, pool } = options;
    const order: ThreadOrder = {
      host,
      port,
      isIPv6: isIPv6(host),
      receiveBufferBytes,
      batchMax,
      waitingMax: pool.datagramsMax,
      memory: ring.memory,
    };
    const file = createRequire(import.meta.url).resolve(THREAD);
    const worker = new Worker(file, { workerData: order, name: 'udp', execArgv: [] });
    // A fault while it is being ended has nobody else to hear it.
    worker.on('error', () => undefined);
    const ended = new Promise<null>((resolve) => void worker.once('exit', () => resolve(null)));
    try {
      const signal = AbortSignal.timeout(OPEN_DEADLINE_MS);
      const said = (await Promise.race([once(worker, 'message', { signal }), ended])) as
        [BoundWord | FaultWord] | null;
      if (!said) throw new Error('The thread of the socket ended before it was bound');
      const [word] = said;
      if ('fault' in word) throw faultOf(word);
      return new PlainReceiver(worker, ended, ring, options, word.bound);
    } catch (fault) {
      await worker.terminate();
      throw fault;
    }
  }

  get traffic(): ReceiverTraffic {
    return { ...this.ring.traffic, shed: 0 };
  }

  take(): DatagramBatch | null {
    if (this.#closing) return null;
    const number = this.ring.take();
    if (number === null) return null;
    const slab = (this.#slabs[number] ??= new CopiedSlab(number, this.ring.memory));
    slab.read(this.port, this.#names);
    return slab;
  }

  release(batch: DatagramBatch): void {
    this.ring.release((batch as CopiedSlab).number, batch.count);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const late = setTimeout(() => void this.worker.terminate(), CLOSE_DEADLINE_MS);
    this.ring.close();
    this.worker.postMessage('close');
    await this.ended;
    clearTimeout(late);
    this.socket.emit('close');
  }
}

const faultOf = ({ fault }: FaultWord): Error => Object.assign(new Error(fault.message), fault);

import type { EventEmitter } from 'node:events';
import type { Clock } from '#common/platform';
import type { DatagramBatch } from './datagram-batch.js';
import type { DatagramReceiver, OpenReceiver, ReceiverOptions } from './datagram-receiver.port.js';
import { readKernelDrops, readKernelQueue } from './kernel-drops.js';
import type { Datagram, UdpCounters } from './udp.events.js';

/** A socket that had nothing for so long has nothing more: the stop of the sender came before. */
const QUIET_MS = 50;
const LOOK_EVERY_MS = 10;
/** A process that stood still for longer than any deadline has not looked yet. */
const LOOKS_MIN = 10;
/** Then the loop looks after all else: handlers that never wait would keep it for themselves. */
const BATCHES_PER_TURN_MAX = 4;

export interface UdpSocketOptions extends Omit<
  ReceiverOptions,
  'onReadable' | 'onShed' | 'onError'
> {
  readonly clock: Clock;
  readonly open: OpenReceiver;
  /** Gives false when the handler failed; never rejects. */
  readonly dispatch: (batch: DatagramBatch) => Promise<boolean>;
  readonly onShed: (port: number, datagram: Datagram) => void;
  readonly onError: (fault: Error, socket: UdpSocket) => void;
}

export interface PortStatus {
  readonly port: number;
  readonly receiveBufferBytes: number;
  /** By the kernel, since the socket was opened, as last looked at. */
  readonly kernelDropped: number;
  readonly counters: UdpCounters;
}

/** One bound port: takes what its receiver has, and hands it on batch by batch. */
export class UdpSocket {
  readonly #handled = { handled: 0, failed: 0, batches: 0, failedBatches: 0 };
  #receiver!: DatagramReceiver;
  #isPumping = false;
  #lastDrops = 0;

  private constructor(private readonly options: UdpSocketOptions) {}

  /** Rejects when the port is taken or forbidden; nothing is open then. */
  static async open(options: UdpSocketOptions): Promise<UdpSocket> {
    const socket = new UdpSocket(options);
    socket.#receiver = await options.open({
      ...options,
      onReadable: () => void socket.#pump(),
      onShed: (datagram) => options.onShed(socket.port, datagram),
      onError: (fault) => options.onError(fault, socket),
    });
    return socket;
  }

  get port(): number {
    return this.#receiver.port;
  }

  get counters(): UdpCounters {
    const { received, bytes, shed } = this.#receiver.traffic;
    return { received, bytes, shed, ...this.#handled };
  }

  get status(): PortStatus {
    const { port, receiveBufferBytes, counters } = this;
    return { port, receiveBufferBytes, kernelDropped: this.#lastDrops, counters };
  }

  get waiting(): number {
    return this.#receiver.traffic.waiting;
  }

  get socket(): EventEmitter {
    return this.#receiver.socket;
  }

  get receiveBufferBytes(): number {
    return this.#receiver.receiveBufferBytes;
  }

  /** Datagrams that the kernel dropped at this socket; null where the system does not say. */
  async kernelDrops(): Promise<number | null> {
    const drops = await readKernelDrops(this.#receiver.address, this.port);
    if (drops !== null) this.#lastDrops = drops;
    return drops;
  }

  /** As they were last read: a socket whose thread has died tells no more. */
  get lastDrops(): number {
    return this.#lastDrops;
  }

  /** Datagrams wait here or in the kernel. Where the system does not say, those here alone tell. */
  async hasMore(): Promise<boolean> {
    if (this.waiting > 0 || this.#isPumping) return true;
    const queued = await readKernelQueue(this.#receiver.address, this.port);
    return this.waiting > 0 || this.#isPumping || (queued ?? 0) > 0;
  }

  /** Waits until nothing came for a while and the handlers are done, at most `deadlineMs`. */
  async drain(deadlineMs: number): Promise<void> {
    const { clock } = this.options;
    const from = clock.monotonicMs();
    let quietSinceMs = from;
    let seen = this.#receiver.traffic.received;
    for (let look = 0; look < LOOKS_MIN || clock.monotonicMs() - from < deadlineMs; look += 1) {
      // Time alone does not tell: while a busy process did not look, datagrams came.
      const hasMore = await this.hasMore();
      const { received } = this.#receiver.traffic;
      if (hasMore || received !== seen) quietSinceMs = clock.monotonicMs();
      seen = received;
      if (clock.monotonicMs() - quietSinceMs >= QUIET_MS) return;
      await clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** What waits in the kernel is dropped without a count: drain first. */
  async close(): Promise<void> {
    await this.#receiver.close();
  }

  /** One batch at a time, so that the order of arrival holds for the handler too. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    let inTurn = 0;
    for (let batch = this.#receiver.take(); batch; batch = this.#receiver.take()) {
      const isHandled = await this.options.dispatch(batch);
      this.#count(batch.count, isHandled);
      this.#receiver.release(batch);
      inTurn += 1;
      if (inTurn % BATCHES_PER_TURN_MAX === 0) await nextTurn();
    }
    this.#isPumping = false;
  }

  #count(datagrams: number, isHandled: boolean): void {
    this.#handled.batches += 1;
    if (isHandled) this.#handled.handled += datagrams;
    else {
      this.#handled.failed += datagrams;
      this.#handled.failedBatches += 1;
    }
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

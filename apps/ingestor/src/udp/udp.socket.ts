import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '#common/platform';
import { DatagramQueue, type QueueBudget } from './datagram-queue.js';
import { readKernelDrops } from './kernel-drops.js';
import type { Datagram, DatagramBatch, UdpCounters } from './udp.events.js';

/** A socket that had nothing for so long has nothing more: the stop of the sender came before. */
const QUIET_MS = 50;
const LOOK_EVERY_MS = 10;

export interface UdpSocketOptions {
  readonly host: string;
  readonly receiveBufferBytes: number;
  readonly batchMax: number;
  readonly budget: QueueBudget;
  readonly clock: Clock;
  /** Gives false when the handler failed; never rejects. */
  readonly dispatch: (batch: DatagramBatch) => Promise<boolean>;
  readonly onShed: (port: number, datagram: Datagram) => void;
  readonly onError: (fault: Error, port: number) => void;
}

/** One bound port: gathers what comes in a turn of the loop and hands it on in one piece. */
export class UdpSocket {
  readonly #socket: Socket;
  readonly #queue: DatagramQueue;
  readonly #counters = {
    received: 0,
    bytes: 0,
    handled: 0,
    failed: 0,
    shed: 0,
    batches: 0,
    failedBatches: 0,
  };
  #port = 0;
  #isScheduled = false;
  #isPumping = false;
  #lastReceivedAtMs = 0;

  constructor(private readonly options: UdpSocketOptions) {
    this.#socket = createSocket({
      type: isIPv6(options.host) ? 'udp6' : 'udp4',
      recvBufferSize: options.receiveBufferBytes,
    });
    this.#queue = new DatagramQueue(options.batchMax);
    this.#socket.on('message', (data, remote) => this.#receive(data, remote));
  }

  get port(): number {
    return this.#port;
  }

  get counters(): UdpCounters {
    return this.#counters;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** What the system granted, as it counts: Linux says twice of what it gives to data. */
  get receiveBufferBytes(): number {
    return this.#socket.getRecvBufferSize();
  }

  /** Rejects when the port is taken or forbidden; the socket is closed then. */
  async bind(port: number): Promise<number> {
    this.#socket.bind(port, this.options.host);
    try {
      await once(this.#socket, 'listening');
    } catch (fault) {
      this.#socket.close();
      throw fault;
    }
    this.#port = this.#socket.address().port;
    this.#socket.on('error', (fault) => this.options.onError(fault, this.#port));
    return this.#port;
  }

  /** Datagrams that the kernel dropped at this socket; null where the system does not say. */
  kernelDrops(): Promise<number | null> {
    return readKernelDrops(this.#socket.address().address, this.#port);
  }

  /** Waits until nothing came for a while and the handlers are done, at most `deadlineMs`. */
  async drain(deadlineMs: number): Promise<void> {
    const { clock } = this.options;
    const from = clock.monotonicMs();
    this.#lastReceivedAtMs = from;
    while (clock.monotonicMs() - from < deadlineMs) {
      const isQuiet = clock.monotonicMs() - this.#lastReceivedAtMs >= QUIET_MS;
      if (isQuiet && this.#queue.isEmpty && !this.#isPumping) return;
      await clock.sleep(LOOK_EVERY_MS);
    }
  }

  /** What waits in the kernel is dropped without a count: drain first. */
  async close(): Promise<void> {
    const isClosed = once(this.#socket, 'close');
    this.#socket.close();
    await isClosed;
  }

  #receive(data: Buffer, { address, port }: RemoteInfo): void {
    this.#counters.received += 1;
    this.#counters.bytes += data.length;
    const datagram = { data, address, port };
    if (!this.options.budget.take(data.length)) {
      this.#counters.shed += 1;
      return this.options.onShed(this.#port, datagram);
    }
    if (this.#queue.push(datagram)) void this.#pump();
    else this.#schedule();
  }

  /** The kernel gives up to 32 datagrams per turn of the loop: they go on together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#pump();
    });
  }

  /** One batch at a time, so that the order of arrival holds for the handler too. */
  async #pump(): Promise<void> {
    this.#lastReceivedAtMs = this.options.clock.monotonicMs();
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { datagrams, bytes } = next;
      const receivedAtMs = this.options.clock.nowMs();
      const isHandled = await this.options.dispatch({ port: this.#port, datagrams, receivedAtMs });
      this.#count(datagrams.length, isHandled);
      this.options.budget.release(datagrams.length, bytes);
    }
    this.#isPumping = false;
  }

  #count(datagrams: number, isHandled: boolean): void {
    this.#counters.batches += 1;
    if (isHandled) this.#counters.handled += datagrams;
    else {
      this.#counters.failed += datagrams;
      this.#counters.failedBatches += 1;
    }
  }
}

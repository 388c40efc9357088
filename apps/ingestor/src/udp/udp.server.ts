import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { FaultLog } from '#common/platform';
import type { DatagramBatch } from './datagram-batch.js';
import type { OpenReceiver, ReceiverKind } from './datagram-receiver.port.js';
import { LOOP, type ReceiverChoice } from './receiver-choice.js';
import { SlabPool } from './loop/slab-pool.js';
import { UdpContext } from './udp.context.js';
import {
  addedCounters,
  DATAGRAMS,
  NO_COUNTERS,
  UDP,
  type UdpCounters,
  type UdpEvents,
  type UdpStatus,
} from './udp.events.js';
import {
  DATAGRAMS_PER_BATCH_MAX,
  DATAGRAMS_QUEUED_MAX,
  QUEUED_BYTES_MAX,
  RECEIVE_BUFFER_BYTES,
  type UdpServerOptions,
} from './udp.options.js';
import { type PortStatus, UdpSocket } from './udp.socket.js';

const DRAIN_DEADLINE_MS = 1_000;
const REOPEN_DELAY_MS = 100;
const REOPEN_DELAY_MS_MAX = 5_000;
const NOT_REOPENED = 'The shared port could not be opened again';

/**
 * A Nest transport for UDP. A datagram is an event, never a request, and is never answered, since its
 * sender may be forged. Handlers get batches: one dispatch through Nest for all datagrams of a turn
 * of the loop costs a fifth of one for each. Beside the shared port, others open and close at run time;
 * these are read on the main loop: what one ship sends is little, and a thread for each would be much.
 */
export class UdpServer extends Server<UdpEvents, UdpStatus> implements CustomTransportStrategy {
  override readonly transportId = UDP;
  /** We await every handler and count its failures, so Nest must not report them as well. */
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger(UdpServer.name);

  readonly #events = new EventEmitter();
  readonly #pool: SlabPool;
  readonly #batchMax: number;
  readonly #choice: ReceiverChoice;
  readonly #extra = new Map<number, UdpSocket>();
  /** Those that reported an error and are still there. */
  readonly #faulty = new Set<UdpSocket>();
  #shared: UdpSocket | null = null;
  #sharedPort: number | null = null;
  /** What the kernel dropped at earlier sockets of the shared port. */
  #sharedDropsPast = 0;
  #listening: Promise<void> | null = null;
  #reopening: Promise<void> | null = null;
  #past: UdpCounters = NO_COUNTERS;
  /** A handler that fails under load must not fill the log. */
  readonly #faults: FaultLog;
  #closing: Promise<void> | null = null;
  #isStopping = false;
  #stop: () => void = () => undefined;
  readonly #stopped = new Promise<void>((resolve) => {
    this.#stop = () => {
      this.#isStopping = true;
      resolve();
    };
  });

  constructor(private readonly options: UdpServerOptions) {
    super();
    const { queuedMax = DATAGRAMS_QUEUED_MAX, batchMax = DATAGRAMS_PER_BATCH_MAX } = options;
    this.#pool = new SlabPool(queuedMax, QUEUED_BYTES_MAX, batchMax);
    this.#batchMax = batchMax;
    this.#choice = options.receiver ?? LOOP;
    this.#faults = new FaultLog(this.logger, options.clock);
    this._status$.next('unavailable');
  }

  /** Over all ports, closed ones included. */
  get counters(): UdpCounters {
    return this.#sockets().reduce((sum, { counters }) => addedCounters(sum, counters), this.#past);
  }

  /** Datagrams that are received and not yet handled. */
  get waiting(): number {
    return this.#sockets().reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** What the shared port is received with, and why it is not the native one where that was meant. */
  get receiver(): { kind: ReceiverKind; reason: string | null } {
    return this.#choice;
  }

  /** The shared port; null before `listen` and after `close`. */
  get sharedPort(): number | null {
    return this.#sharedPort;
  }

  /** Of each open port: what came, and what the system granted as its buffer. */
  ports(): PortStatus[] {
    return this.#sockets().map(({ status }) => status);
  }

  listen(callback: (fault?: Error) => void): void {
    this.#listening = this.#bind(this.options.port, this.#choice.open).then(
      (socket) => {
        this.#shared = socket;
        this.#sharedPort = socket.port;
        this.#tellStatus();
        callback();
      },
      (fault: Error) => {
        this._status$.next('failed');
        callback(fault);
      },
    );
  }

  /** Binds one more port, 0 for any, and gives its number. Rejects when it is taken. */
  async openPort(port: number): Promise<number> {
    const socket = await this.#bind(port, LOOP.open);
    this.#extra.set(socket.port, socket);
    return socket.port;
  }

  /** Drains the port and closes it; unknown ports are ignored. */
  async closePort(port: number): Promise<void> {
    const socket = this.#extra.get(port);
    if (!socket) return;
    await socket.drain(DRAIN_DEADLINE_MS);
    this.#extra.delete(port);
    await this.#release(socket);
  }

  /** Null where the port is not open or the system does not say. */
  async kernelDrops(port: number): Promise<number | null> {
    const socket = this.#socketAt(port);
    if (!socket) return port === this.#sharedPort ? this.#sharedDropsPast : null;
    const drops = await socket.kernelDrops();
    return drops !== null && socket === this.#shared ? drops + this.#sharedDropsPast : drops;
  }

  /** Datagrams for the port are received and not yet handled, or wait in the kernel to be received. */
  async hasMore(port: number): Promise<boolean> {
    return (await this.#socketAt(port)?.hasMore()) ?? false;
  }

  /** Reads until quiet, waits for the handlers, closes every port. A second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  on<E extends keyof UdpEvents>(event: E, listener: UdpEvents[E]): void {
    this.#events.on(event, listener);
  }

  /** The socket of the shared port; of one with a thread what tells its errors and its end. */
  unwrap<T = EventEmitter>(): T {
    return this.#shared?.socket as T;
  }

  async #close(): Promise<void> {
    this.#stop();
    await this.#listening;
    await this.#reopening;
    const sockets = this.#sockets();
    await Promise.all(sockets.map((socket) => socket.drain(DRAIN_DEADLINE_MS)));
    this.#shared = null;
    this.#sharedPort = null;
    this.#extra.clear();
    await Promise.all(sockets.map((socket) => this.#release(socket)));
    this._status$.next('unavailable');
  }

  async #release(socket: UdpSocket): Promise<void> {
    await socket.close();
    this.#faulty.delete(socket);
    this.#tellStatus();
    this.#past = addedCounters(this.#past, socket.counters);
    this.#events.emit('close', socket.port);
  }

  async #bind(port: number, open: OpenReceiver): Promise<UdpSocket> {
    const socket = await UdpSocket.open({
      ...this.options,
      port,
      open,
      batchMax: this.#batchMax,
      pool: this.#pool,
      receiveBufferBytes: RECEIVE_BUFFER_BYTES,
      dispatch: (batch) => this.#dispatch(batch),
      onShed: (local, datagram) => void this.#events.emit('shed', local, datagram),
      onError: (fault, faulty) => this.#fail(fault, faulty),
    });
    this.#events.emit('listening', socket.port);
    return socket;
  }

  /** A faulty socket of a contact goes with its contact; without the shared one nothing goes on. */
  #fail(fault: Error, socket: UdpSocket): void {
    this.#faulty.add(socket);
    this.#tellStatus();
    if (socket === this.#shared)
      this.#reopening ??= this.#reopen(socket)
        .catch((reason: unknown) => this.#faults.note(NOT_REOPENED, reason))
        .finally(() => {
          this.#reopening = null;
          this.#tellStatus();
        });
    this.handleError(`Port ${socket.port}: ${fault.message}`);
    // An emitter without a listener would throw.
    if (this.#events.listenerCount('error') > 0) this.#events.emit('error', fault, socket.port);
  }

  #tellStatus(): void {
    const isOk = this.#shared !== null && this.#faulty.size === 0;
    if (this.#closing === null) this._status$.next(isOk ? 'ok' : 'failed');
  }

  /** The same port again, tried until it is there or the server closes. */
  async #reopen(faulty: UdpSocket): Promise<void> {
    const { port } = faulty;
    await faulty.drain(DRAIN_DEADLINE_MS);
    const drops = (await faulty.kernelDrops()) ?? faulty.lastDrops;
    this.#shared = null;
    this.#sharedDropsPast += drops;
    await this.#release(faulty);
    for (let attempt = 0; !this.#isStopping; attempt += 1) {
      try {
        this.#shared = await this.#bind(port, this.#choice.open);
        break;
      } catch (fault) {
        this.#faults.note(NOT_REOPENED, fault);
      }
      const delayMs = Math.min(REOPEN_DELAY_MS_MAX, REOPEN_DELAY_MS * 2 ** Math.min(attempt, 8));
      await Promise.race([this.options.clock.sleep(delayMs), this.#stopped]);
    }
  }

  #dispatch(batch: DatagramBatch): Promise<boolean> {
    const context = new UdpContext([batch]);
    return new Promise((resolve) => {
      this.runWithProcessingHooks(context, async (endSpan) => {
        resolve(await this.#handle(batch, context));
        endSpan();
      });
    });
  }

  async #handle(batch: DatagramBatch, context: UdpContext): Promise<boolean> {
    try {
      const handler = this.messageHandlers.get(DATAGRAMS);
      if (!handler) throw new Error(`No handler for "${DATAGRAMS}"`);
      const result: unknown = await handler(batch, context);
      // An interceptor, a filter or a second handler make a stream of it; nothing else does.
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
      return true;
    } catch (fault) {
      this.#faults.note('Datagrams could not be handled', fault);
      return false;
    }
  }

  #socketAt(port: number): UdpSocket | undefined {
    return this.#sockets().find((one) => one.port === port);
  }

  #sockets(): UdpSocket[] {
    return [...(this.#shared ? [this.#shared] : []), ...this.#extra.values()];
  }
}

import { createSocket, type Socket } from 'node:dgram';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type RingMemory, RingWriter } from './slab-ring.js';
import { SlabWriter } from './slab-writer.js';

/** What the thread is given. */
export interface ThreadOrder {
  readonly host: string;
  readonly port: number;
  readonly isIPv6: boolean;
  readonly receiveBufferBytes: number;
  /** Datagrams in a batch. */
  readonly batchMax: number;
  /** Datagrams that are received and not released. */
  readonly waitingMax: number;
  readonly memory: RingMemory;
}

/** Its first word, if not a fault. */
export interface BoundWord {
  readonly bound: { address: string; port: number; receiveBufferBytes: number };
}

/** Of an error nothing but its message would come through. */
export interface FaultWord {
  readonly fault: NodeJS.ErrnoException;
}

/** Once it is bound. Null: there may be something to take. */
export type ThreadWord = FaultWord | null;

/** What libuv reads of one socket before it looks after others: so many mean that there are more. */
const TURN_DATAGRAMS_MAX = 32;
/** To hand over a batch costs as much as ten datagrams: under load they wait for each other. */
const GATHER_MS = 2;

/** Where that is allowed: what the kernel has no room for is lost, and all else can wait a moment. */
const NICENESS = -10;

/** Reads one socket, and does nothing else. */
class SocketThread {
  readonly #socket: Socket;
  readonly #ring: RingWriter;
  readonly #writers = new Map<number, SlabWriter>();
  #slab: SlabWriter | null;
  #inTurn = 0;
  #isScheduled = false;
  /** Since when the slab is being filled, milliseconds; null: since this turn. */
  #gatheringSinceMs: number | null = null;

  constructor(
    private readonly order: ThreadOrder,
    private readonly say: (word: BoundWord | ThreadWord) => void,
  ) {
    this.#ring = new RingWriter(order.memory, order.waitingMax, () => say(null));
    const { isIPv6, receiveBufferBytes } = order;
    this.#socket = createSocket({
      type: isIPv6 ? 'udp6' : 'udp4',
      recvBufferSize: receiveBufferBytes,
    });
    this.#slab = this.#next();
  }

  open(): void {
    const socket = this.#socket;
    socket.on('error', (fault) =>
      this.say({ fault: Object.assign({ message: fault.message, name: fault.name }, fault) }),
    );
    socket.on('message', (data, { address, port: from }) => this.#receive(data, address, from));
    socket.bind(this.order.port, this.order.host, () => {
      const granted = socket.getRecvBufferSize();
      this.say({ bound: { ...socket.address(), receiveBufferBytes: granted } });
    });
  }

  /** What was read is counted, whoever takes it; what was not is lost with the socket. */
  close(): void {
    if (this.#slab?.count) this.#seal();
    if (this.#slab) this.#socket.close();
    this.#slab = null;
  }

  #receive(data: Buffer, address: string, port: number): void {
    const slab = this.#slab;
    if (!slab) return;
    slab.add(data, address, port);
    this.#inTurn += 1;
    if (slab.isFull) return this.#seal();
    this.#ring.note(slab.count);
    if (!this.#isScheduled) this.#schedule(true);
  }

  #schedule(isSoon: boolean): void {
    this.#isScheduled = true;
    if (isSoon) setImmediate(() => this.#endTurn());
    else setTimeout(() => this.#endTurn(), 1);
  }

  /**
   * After a turn that brought less than it could, nothing more is there to wait for. The more slabs wait,
   * the fuller the next one gets: there are only so many.
   */
  #endTurn(): void {
    this.#isScheduled = false;
    const mayBeMore = this.#inTurn >= TURN_DATAGRAMS_MAX;
    this.#inTurn = 0;
    if (!this.#slab?.count) return;
    const { behind } = this.#ring;
    if (mayBeMore || behind > 0) {
      const now = performance.now();
      this.#gatheringSinceMs ??= now;
      if (now - this.#gatheringSinceMs < GATHER_MS * (1 + behind)) return this.#schedule(mayBeMore);
    }
    this.#seal();
  }

  #seal(): void {
    const slab = this.#slab;
    if (!slab) return;
    this.#gatheringSinceMs = null;
    slab.seal(Date.now());
    this.#ring.fill(slab.number, slab.count, slab.length);
    this.#slab = this.#next();
  }

  #next(): SlabWriter | null {
    const next = this.#ring.next();
    if (!next) {
      this.#socket.close();
      return null;
    }
    let writer = this.#writers.get(next.slab);
    if (!writer) {
      writer = new SlabWriter(next.slab, this.order.memory);
      this.#writers.set(next.slab, writer);
    }
    writer.clear(Math.min(this.order.batchMax, next.datagramsMax));
    return writer;
  }
}

/** Linux takes it for this thread alone; elsewhere it would be for the process, others included. */
function preferThisThread(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(NICENESS);
  } catch {
    // Most users may not: then all threads are alike.
  }
}

const owner = parentPort!;
const thread = new SocketThread(workerData as ThreadOrder, (word) => owner.postMessage(word));
preferThisThread();
thread.open();
owner.once('message', () => thread.close());

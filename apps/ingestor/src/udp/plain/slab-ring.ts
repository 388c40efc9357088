import type { SlabLayout } from '../slab-layout.js';

/** Most of its memory is touched only when the handlers are late. */
const SLABS = 192;
/** A power of two, so that counts may wrap. */
const PLACES = 256;
const DATAGRAMS = 1_024;
const SOURCES = 128;
/** The longest text of an IPv6 address with its scope, and a zero. */
const NAME_BYTES = 64;
const BYTES = 128 * 1024;

/** Each column begins at a multiple of eight, as its elements need it. */
export const LAYOUT: SlabLayout = {
  receivedAtMs: 0,
  count: 8,
  starts: 16,
  lengths: 16 + 4 * DATAGRAMS,
  ports: 16 + 8 * DATAGRAMS,
  sourceOf: 16 + 10 * DATAGRAMS,
  names: 16 + 12 * DATAGRAMS,
  bytes: 16 + 12 * DATAGRAMS + SOURCES * NAME_BYTES,
  size: 16 + 12 * DATAGRAMS + SOURCES * NAME_BYTES + BYTES,
  datagramsMax: DATAGRAMS,
  sourcesMax: SOURCES,
  nameBytes: NAME_BYTES,
  bytesMax: BYTES,
};

/** Places of `state`. */
const FILLED = 0;
const TAKEN = 1;
const RELEASED = 2;
const IS_WOKEN = 3;
const IS_CLOSING = 4;
/** Datagrams of the slab that is being filled. */
const OPEN = 5;
/** Places of `totals`. */
const RECEIVED = 0;
const RECEIVED_BYTES = 1;
const RELEASED_DATAGRAMS = 2;

/** To sleep for; a word of the end that comes just before is not heard. */
const WAIT_MS = 100;

/** Totals, counts, full slabs, free slabs. */
const COUNTS_AT = 3 * 8;
const FULL_AT = COUNTS_AT + 6 * 4;
const FREE_AT = FULL_AT + 4 * PLACES;
const STATE_BYTES = FREE_AT + 4 * PLACES;

/** What two threads share, to be passed from one to the other. */
export interface RingMemory {
  readonly slabs: SharedArrayBuffer;
  readonly state: SharedArrayBuffer;
}

/** `firstCount`: where the counts of slabs begin, for tests of their wrapping. */
export function newRingMemory(firstCount = 0): RingMemory {
  const memory = {
    slabs: new SharedArrayBuffer(SLABS * LAYOUT.size),
    state: new SharedArrayBuffer(STATE_BYTES),
  };
  const counts = new Int32Array(memory.state, COUNTS_AT, 3);
  counts.fill(firstCount);
  return memory;
}

/**
 * Slabs go to and fro between a thread that fills them and one that reads them, by their numbers: full
 * ones in order of arrival, free ones in any. No lock: each counter has one writer.
 */
class SlabRing {
  protected readonly state: Int32Array;
  protected readonly totals: BigInt64Array;
  protected readonly full: Int32Array;
  protected readonly free: Int32Array;

  constructor(readonly memory: RingMemory) {
    const { state } = memory;
    this.totals = new BigInt64Array(state, 0, 3);
    this.state = new Int32Array(state, COUNTS_AT, 6);
    this.full = new Int32Array(state, FULL_AT, PLACES);
    this.free = new Int32Array(state, FREE_AT, PLACES);
  }
}

/** The side of the thread that receives. */
export class RingWriter extends SlabRing {
  /** The last one that came back goes out first: it still is in the cache of the processor. */
  readonly #free = Array.from({ length: SLABS }, (_, at) => SLABS - 1 - at);
  #filled: number;
  #returned: number;
  #received = 0;
  #bytes = 0;

  constructor(
    memory: RingMemory,
    /** Datagrams. */
    private readonly waitingMax: number,
    private readonly wake: () => void,
  ) {
    super(memory);
    this.#filled = Atomics.load(this.state, FILLED);
    this.#returned = Atomics.load(this.state, RELEASED);
  }

  /** Full slabs that the reader has not taken. */
  get behind(): number {
    return (this.#filled - Atomics.load(this.state, TAKEN)) | 0;
  }

  /** So many datagrams are in the slab that is being filled. */
  note(datagrams: number): void {
    Atomics.store(this.state, OPEN, datagrams);
  }

  /**
   * A free slab, and for how many datagrams; null: the ring closes. Waits for one as long as it takes:
   * this thread does nothing but receive, and what nobody reads meanwhile the kernel drops and counts.
   */
  next(): { slab: number; datagramsMax: number } | null {
    for (;;) {
      const returned = Atomics.load(this.state, RELEASED);
      while (this.#returned !== returned) {
        this.#free.push(this.free[this.#returned & (PLACES - 1)]!);
        this.#returned = (this.#returned + 1) | 0;
      }
      if (Atomics.load(this.state, IS_CLOSING) === 1) return null;
      const released = Number(Atomics.load(this.totals, RELEASED_DATAGRAMS));
      const datagramsMax = this.waitingMax - (this.#received - released);
      const slab = datagramsMax > 0 ? this.#free.pop() : undefined;
      if (slab !== undefined) return { slab, datagramsMax };
      Atomics.wait(this.state, RELEASED, returned, WAIT_MS);
    }
  }

  /** Hands a slab over. */
  fill(slab: number, datagrams: number, bytes: number): void {
    this.#received += datagrams;
    this.#bytes += bytes;
    Atomics.store(this.totals, RECEIVED, BigInt(this.#received));
    Atomics.store(this.totals, RECEIVED_BYTES, BigInt(this.#bytes));
    Atomics.store(this.state, OPEN, 0);
    this.full[this.#filled & (PLACES - 1)] = slab;
    this.#filled = (this.#filled + 1) | 0;
    Atomics.store(this.state, FILLED, this.#filled);
    if (Atomics.exchange(this.state, IS_WOKEN, 1) === 0) this.wake();
  }
}

/** The side of the thread that handles. */
export class RingReader extends SlabRing {
  #taken: number;
  #released: number;
  #releasedDatagrams = 0;

  constructor(memory: RingMemory) {
    super(memory);
    this.#taken = Atomics.load(this.state, TAKEN);
    this.#released = Atomics.load(this.state, RELEASED);
  }

  /** Datagrams, bytes of those in full slabs, and the datagrams that are not released. */
  get traffic(): { received: number; bytes: number; waiting: number } {
    // In this order none counts twice.
    const filled = Number(Atomics.load(this.totals, RECEIVED));
    const received = filled + Atomics.load(this.state, OPEN);
    const bytes = Number(Atomics.load(this.totals, RECEIVED_BYTES));
    return { received, bytes, waiting: received - this.#releasedDatagrams };
  }

  /** What is filled from now on wakes again. */
  awake(): void {
    Atomics.store(this.state, IS_WOKEN, 0);
  }

  /** The number of the oldest full slab, null: none. */
  take(): number | null {
    if (Atomics.load(this.state, FILLED) === this.#taken) return null;
    const slab = this.full[this.#taken & (PLACES - 1)]!;
    this.#taken = (this.#taken + 1) | 0;
    Atomics.store(this.state, TAKEN, this.#taken);
    return slab;
  }

  release(slab: number, datagrams: number): void {
    this.#releasedDatagrams += datagrams;
    Atomics.store(this.totals, RELEASED_DATAGRAMS, BigInt(this.#releasedDatagrams));
    this.free[this.#released & (PLACES - 1)] = slab;
    this.#released = (this.#released + 1) | 0;
    Atomics.store(this.state, RELEASED, this.#released);
    Atomics.notify(this.state, RELEASED);
  }

  /** The writer waits no more. */
  close(): void {
    Atomics.store(this.state, IS_CLOSING, 1);
    Atomics.notify(this.state, RELEASED);
  }
}

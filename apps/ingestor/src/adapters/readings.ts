import { DomainError } from '#common/domain';

/** Who finds no place waits so long for one. */
const WAIT_MS_MAX = 5_000;
const WAITING_MAX = 64;
const IDLE_MS_MAX = 60_000;
const READING_MS_MAX = 3_600_000;

/** Where a reading takes its pieces from, one after the other. */
export interface ReadingSource<T> {
  /** Empty when there are no more. */
  next(): Promise<readonly T[]>;
  /** After the last piece: nothing is held any more. */
  readonly isDone: boolean;
  /** Lets go of what it holds; called once, and never while a piece is on its way. */
  close(): Promise<void>;
}

export interface ReadingLimits {
  readonly waitMs: number;
  readonly idleMs: number;
  readonly readingMs: number;
}

/** For a place. */
interface Waiting {
  readonly enter: () => void;
  readonly refuse: () => void;
}

/** Sees to it that not too many read at a time, and that nobody reads for ever. */
export class Readings {
  readonly #limits: ReadingLimits;
  readonly #waiting: Waiting[] = [];
  readonly #open = new Set<{ giveUp(): Promise<void> }>();
  #openCount = 0;

  constructor(
    private readonly max: number,
    limits: Partial<ReadingLimits> = {},
  ) {
    const usual = { waitMs: WAIT_MS_MAX, idleMs: IDLE_MS_MAX, readingMs: READING_MS_MAX };
    this.#limits = { ...usual, ...limits };
  }

  get openCount(): number {
    return this.#openCount;
  }

  /** Nothing is opened before the first is asked for. */
  async *read<T>(open: () => Promise<ReadingSource<T>>): AsyncGenerator<T, void, void> {
    await this.#enter();
    const leave = (): void => this.#leave();
    const source = await open().catch((fault: unknown) => {
      leave();
      throw fault;
    });
    const reading = new Reading(source, this.#limits, leave);
    this.#open.add(reading);
    try {
      for (let piece = await reading.next(); piece.length > 0; piece = await reading.next()) {
        for (const one of piece) {
          reading.rest();
          yield one;
        }
      }
    } finally {
      this.#open.delete(reading);
      await reading.close();
    }
  }

  /** Lets go of all that is open. Whoever reads on, or waits, gets an error. */
  async stop(): Promise<void> {
    for (const { refuse } of this.#waiting.slice()) refuse();
    await Promise.all([...this.#open].map((reading) => reading.giveUp()));
  }

  async #enter(): Promise<void> {
    if (this.#openCount < this.max) this.#openCount += 1;
    else await this.#wait();
  }

  /** Whoever leaves hands its place to the one that waits longest. */
  #wait(): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) throw this.#full();
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        clearTimeout(deadline);
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(this.#full());
      };
      const enter = (): void => {
        clearTimeout(deadline);
        resolve();
      };
      const waiting = { enter, refuse };
      const deadline = setTimeout(refuse, this.#limits.waitMs);
      this.#waiting.push(waiting);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#openCount -= 1;
  }

  #full(): DomainError {
    return new DomainError(
      'ARCHIVE_READINGS_FULL',
      `${this.max} readings of the archive are open already.`,
    );
  }
}

/** One that has a place. */
class Reading<T> {
  readonly #endsAtMs: number;
  #idle: NodeJS.Timeout | null = null;
  #closing: Promise<void> | null = null;
  #isGivenUp = false;
  #onItsWay: Promise<unknown> | null = null;

  constructor(
    private readonly source: ReadingSource<T>,
    private readonly limits: ReadingLimits,
    private readonly leave: () => void,
  ) {
    this.#endsAtMs = performance.now() + limits.readingMs;
  }

  /** What was the last piece leaves its place before anybody looks at it. */
  async next(): Promise<readonly T[]> {
    clearTimeout(this.#idle ?? undefined);
    this.#idle = null;
    if (this.source.isDone) return [];
    if (this.#isGivenUp)
      throw new Error(`The reading was given up: at rest for ${this.limits.idleMs} ms, or stopped`);
    if (performance.now() > this.#endsAtMs)
      throw new Error(`The reading took longer than ${this.limits.readingMs} ms`);
    const onItsWay = this.source.next();
    this.#onItsWay = onItsWay;
    const piece = await onItsWay;
    if (this.source.isDone) await this.close();
    return piece;
  }

  /** The reader has the turn, and may never come back. */
  rest(): void {
    if (this.#closing) return;
    if (this.#idle) this.#idle.refresh();
    else this.#idle = setTimeout(() => void this.giveUp(), this.limits.idleMs).unref();
  }

  close(): Promise<void> {
    clearTimeout(this.#idle ?? undefined);
    this.#closing ??= this.source.close().finally(() => this.leave());
    return this.#closing;
  }

  /** Takes from a reader that rests what it holds; from one that waits for a piece, after that piece. */
  async giveUp(): Promise<void> {
    this.#isGivenUp = true;
    // A connection that cannot be given back is gone: nobody is there to be told.
    await Promise.resolve(this.#onItsWay)
      .then(() => this.close())
      .catch(() => undefined);
  }
}

import type { Duplex, Writable } from 'node:stream';
import type { CancelTimer, Clock } from '#common/platform';
import { FAREWELL, HEARTBEAT } from './live-events.js';

/** Written at one time: all that ever waits for a client, but for the rest of its last event. */
export const CHUNK_CHARS = 32_768;
/** A client that has not taken what was written to it by then is cut off; it may come again and go on. */
export const DRAIN_DEADLINE_MS = 30_000;

/** Where a client's events go. */
export interface LiveOutput {
  readonly events: Writable;
  /** What they are written to in the end. It tells that the client is gone also while others' answers are in front. */
  readonly connection: Duplex;
}

/** What becomes of a connection. */
export interface LiveConnectionEvents {
  /** What was written is taken: there is room for more. */
  readonly onReady: () => void;
  readonly onEnd: () => void;
}

/** One client's connection: takes one text at a time, and nothing else waits for it here. */
export class LiveConnection {
  #isWriting = false;
  #isEnded = false;
  #cancelDeadline: CancelTimer | null = null;

  constructor(
    private readonly output: LiveOutput,
    private readonly clock: Clock,
    private readonly to: LiveConnectionEvents,
  ) {
    output.events.on('drain', () => this.#goOn());
    output.events.on('error', () => this.cut());
    output.connection.once('close', () => this.cut());
    // Gone before we looked: its `close` was told already.
    if (output.connection.destroyed) queueMicrotask(() => this.cut());
  }

  /** Whether it takes a text now. */
  get isReady(): boolean {
    return !this.#isWriting && !this.#isEnded;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Only when it is ready. One text a turn, so that a long story lets others come between. */
  write(text: string): void {
    this.#isWriting = true;
    if (this.output.events.write(text)) return this.#goOn();
    this.#cancelDeadline = this.clock.after(DRAIN_DEADLINE_MS, () => this.cut());
  }

  /** Keeps those awake who close silent connections, and finds out who is gone. */
  beat(text = HEARTBEAT): void {
    if (this.isReady) this.write(text);
  }

  /** Ends the stream, with a last comment unless the client is behind. */
  end(): void {
    const { events } = this.output;
    if (this.#isEnded || events.writableNeedDrain) return this.cut();
    this.#finish();
    events.end(FAREWELL);
  }

  cut(): void {
    this.output.events.destroy();
    this.#finish();
  }

  #goOn(): void {
    this.#cancelDeadline?.();
    setImmediate(() => {
      this.#isWriting = false;
      if (!this.#isEnded) this.to.onReady();
    });
  }

  #finish(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelDeadline?.();
    this.to.onEnd();
  }
}

import type { Duplex, Writable } from 'node:stream';
import type { CancelTimer, Clock } from '#common/platform';
import type { LatestChange, LatestChanges } from './latest-changes.js';
import {
  changeEvent,
  FAREWELL,
  gapEvent,
  HEARTBEAT,
  idOf,
  type LiveGap,
  liveEvent,
  type LivePosition,
  readId,
  retryHint,
  snapshotEvent,
} from './live-events.js';

/** Written at one time: all that ever waits for a client, but for the rest of its last event. */
const CHUNK_CHARS = 32_768;
/** A client that has not taken what was written to it by then is cut off; it may come again and go on. */
export const DRAIN_DEADLINE_MS = 30_000;

/** Where a client's events go. */
export interface LiveOutput {
  readonly events: Writable;
  /** What they are written to in the end. It tells that the client is gone also while others' answers are in front. */
  readonly connection: Duplex;
}

/** What a client asks for. */
export interface LiveRequest {
  /** Of the last event that it had; empty: it had none. */
  readonly lastEventId: string;
  /** Null: all. */
  readonly wants: ((key: string) => boolean) | null;
}

/** How a stream calls what it tells. */
export interface LiveWords<T> {
  /** The name of the event of a change. */
  readonly nameOf: (change: LatestChange<T>) => string;
  /** What the first event of a snapshot says of how many things follow. */
  readonly snapshotOf: (count: number) => object;
}

export interface LiveSource<T> {
  readonly boot: string;
  readonly changes: LatestChanges<T>;
  readonly words: LiveWords<T>;
  readonly clock: Clock;
}

/**
 * One client's stream. What it has not got yet is just a position in the changes: when its connection
 * is ready for more, it gets the latest of each thing behind that.
 */
export class LiveClient<T> {
  #head: string;
  #keys: readonly string[] = [];
  #keyCount = 0;
  #nextKey = 0;
  #isLive: boolean;
  #position: number;
  #isWriting = false;
  #isEnded = false;
  #cancelDeadline: CancelTimer | null = null;

  constructor(
    private readonly source: LiveSource<T>,
    private readonly request: LiveRequest,
    private readonly output: LiveOutput,
    private readonly onEnd: () => void,
  ) {
    const from = this.#resumed(request.lastEventId);
    this.#isLive = from !== null;
    this.#position = from ?? source.changes.position;
    this.#head = retryHint + (from === null ? this.#snapshotHead() : liveEvent(this.#at));
    output.events.on('drain', () => this.#goOn());
    output.events.on('error', () => this.#cut());
    output.connection.once('close', () => this.#cut());
  }

  /** Writes what there is to write, if the connection takes it. */
  pump(): void {
    if (this.#isWriting || this.#isEnded) return;
    const text = this.#nextChunk();
    if (text !== '') this.#write(text);
  }

  /** Keeps those awake who close silent connections, and finds out who is gone. */
  beat(): void {
    if (!this.#isWriting && !this.#isEnded) this.#write(HEARTBEAT);
  }

  /** Ends the stream, with a last comment unless the client is behind. */
  end(): void {
    const { events } = this.output;
    if (this.#isEnded || events.writableNeedDrain) return this.#cut();
    this.#finish();
    events.end(FAREWELL);
  }

  get #at(): LivePosition {
    return { boot: this.source.boot, position: this.#position };
  }

  /** The position to go on from; null: from a snapshot. */
  #resumed(lastEventId: string): number | null {
    const last = readId(lastEventId);
    const { boot, changes } = this.source;
    return last?.boot === boot && last.position <= changes.position ? last.position : null;
  }

  #snapshotHead(): string {
    const { changes, words } = this.source;
    const { wants } = this.request;
    const isShown = (key: string): boolean => changes.of(key) !== undefined && this.#isWanted(key);
    this.#keys = wants === null ? changes.keys : changes.keys.filter(isShown);
    this.#keyCount = this.#keys.length;
    const gap = this.#gap();
    const head = snapshotEvent(words.snapshotOf(wants === null ? changes.size : this.#keyCount));
    return (gap === null ? '' : gapEvent(gap, this.#at)) + head;
  }

  #gap(): LiveGap | null {
    const { lastEventId } = this.request;
    if (lastEventId === '') return null;
    const from = readId(lastEventId);
    const isOfOther = from !== null && from.boot !== this.source.boot;
    return { reason: isOfOther ? 'restarted' : 'unknown', from };
  }

  #nextChunk(): string {
    let text = this.#head;
    this.#head = '';
    if (!this.#isLive) text = this.#withSnapshot(text);
    if (!this.#isLive) return text;
    for (const change of this.source.changes.after(this.#position)) {
      if (text.length >= CHUNK_CHARS) break;
      this.#position = change.position;
      if (this.#isWanted(change.key)) text += this.#eventOf(change, idOf(this.#at));
    }
    return text;
  }

  /** Each thing as it is when its turn comes; what changed since the beginning comes once more. */
  #withSnapshot(head: string): string {
    let text = head;
    for (; this.#nextKey < this.#keyCount; this.#nextKey += 1) {
      if (text.length >= CHUNK_CHARS) return text;
      const change = this.source.changes.of(this.#keys[this.#nextKey] ?? '');
      if (change !== undefined) text += this.#eventOf(change, null);
    }
    this.#isLive = true;
    this.#keys = [];
    return text + liveEvent(this.#at);
  }

  #isWanted(key: string): boolean {
    const { wants } = this.request;
    return wants === null || wants(key);
  }

  #eventOf(change: LatestChange<T>, id: string | null): string {
    return changeEvent(this.source.words.nameOf(change), change.json, id);
  }

  /** One chunk a turn, so that a large snapshot lets others come between. */
  #write(text: string): void {
    this.#isWriting = true;
    if (this.output.events.write(text)) return this.#goOn();
    this.#cancelDeadline = this.source.clock.after(DRAIN_DEADLINE_MS, () => this.#cut());
  }

  #goOn(): void {
    this.#cancelDeadline?.();
    setImmediate(() => {
      this.#isWriting = false;
      this.pump();
    });
  }

  #cut(): void {
    this.output.events.destroy();
    this.#finish();
  }

  #finish(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#cancelDeadline?.();
    this.onEnd();
  }
}

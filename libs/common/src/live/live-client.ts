import type { Clock } from '#common/platform';
import type { LatestChange, LatestChanges } from './latest-changes.js';
import { CHUNK_CHARS, LiveConnection, type LiveOutput } from './live-connection.js';
import {
  changeEvent,
  gapEvent,
  idOf,
  type LiveGap,
  liveEvent,
  type LivePosition,
  readId,
  retryHint,
  snapshotEvent,
} from './live-events.js';

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
  readonly #connection: LiveConnection;

  constructor(
    private readonly source: LiveSource<T>,
    private readonly request: LiveRequest,
    output: LiveOutput,
    onEnd: () => void,
  ) {
    const from = this.#resumed(request.lastEventId);
    this.#isLive = from !== null;
    this.#position = from ?? source.changes.position;
    this.#head = retryHint + (from === null ? this.#snapshotHead() : liveEvent(this.#at));
    this.#connection = new LiveConnection(output, source.clock, {
      onReady: () => this.pump(),
      onEnd,
    });
  }

  /** Writes what there is to write, if the connection takes it. */
  pump(): void {
    if (!this.#connection.isReady) return;
    const text = this.#nextChunk();
    if (text !== '') this.#connection.write(text);
  }

  beat(): void {
    this.#connection.beat();
  }

  end(): void {
    this.#connection.end();
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
}

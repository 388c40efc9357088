import {
  changeEvent,
  CHUNK_CHARS,
  HEARTBEAT,
  LiveConnection,
  type LiveListener,
  type LiveOutput,
  retryHint,
} from '#common/live';
import type { Clock } from '#common/platform';
import { type ChangeFilter, changeDataOf, isWanted } from './change-event.js';
import type { ContactChanged } from './change-log.port.js';

/** Where changes are read. */
export interface ChangeSource {
  /** Changes behind a number, without gaps; none at the end. */
  after(number: number): Promise<readonly ContactChanged[]>;
}

export interface ChangeRequest {
  /** The number of the last change that the client had. */
  readonly from: number;
  readonly filter: ChangeFilter;
}

/**
 * One client's stream. What it has not got yet is just a number: when its connection is ready for
 * more, the changes behind that are read. So a slow client holds a page of them, and no more.
 */
export class ChangeClient implements LiveListener {
  readonly #connection: LiveConnection;
  /** Of the last change that was written, or passed over. */
  #number: number;
  #page: readonly ContactChanged[] = [];
  #head = retryHint;
  #isLive = false;
  #isReading = false;
  #isWoken = false;

  constructor(
    private readonly source: ChangeSource,
    private readonly request: ChangeRequest,
    output: LiveOutput,
    { clock, onEnd }: { readonly clock: Clock; readonly onEnd: () => void },
  ) {
    this.#number = request.from;
    this.#connection = new LiveConnection(output, clock, { onReady: () => this.pump(), onEnd });
  }

  /** Never fails: a client whose changes cannot be read is cut off, and comes again. */
  pump(): void {
    this.#isWoken = true;
    if (this.#isReading || !this.#connection.isReady) return;
    this.#isReading = true;
    this.#goOn().then(
      () => this.#rest(),
      () => this.#connection.cut(),
    );
  }

  /** Says how far it is, too: a client whose filter keeps all away goes on from there. */
  beat(): void {
    this.#connection.beat(HEARTBEAT + this.#mark());
  }

  end(): void {
    this.#connection.end();
  }

  async #goOn(): Promise<void> {
    for (let isWritten = false; !isWritten;) {
      this.#isWoken = false;
      if (this.#page.length === 0) this.#page = await this.source.after(this.#number);
      if (!this.#connection.isReady) return;
      const isAtEnd = this.#page.length === 0;
      const text = this.#nextChunk() + (isAtEnd ? this.#liveOnce() : '');
      if (text !== '') this.#connection.write(text);
      isWritten = text !== '' || isAtEnd;
    }
  }

  #rest(): void {
    this.#isReading = false;
    // Something came when it had just been found that there was nothing.
    if (this.#isWoken) this.pump();
  }

  #nextChunk(): string {
    let text = this.#head;
    this.#head = '';
    let taken = 0;
    for (const change of this.#page) {
      if (text.length >= CHUNK_CHARS) break;
      taken += 1;
      this.#number = change.number;
      if (isWanted(this.request.filter, change)) text += eventOf(change);
    }
    this.#page = this.#page.slice(taken);
    return text;
  }

  /** All that had happened is told; from here on it is the present. */
  #liveOnce(): string {
    if (this.#isLive) return '';
    this.#isLive = true;
    return changeEvent('live', JSON.stringify({ number: this.#number }), `${this.#number}`);
  }

  #mark(): string {
    return `id: ${this.#number}\n\n`;
  }
}

const eventOf = (change: ContactChanged): string =>
  changeEvent(change.state, JSON.stringify(changeDataOf(change)), `${change.number}`);

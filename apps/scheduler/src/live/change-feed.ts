import { Injectable } from '@nestjs/common';
import { Gate } from '#common/platform';
import { ChangeLog, type ContactChanged } from './change-log.port.js';

/** The newest are in memory, for all who listen; older ones are read from the table. */
const KEPT_MAX = 10_000;
/** Read at one time. */
export const READ_MAX = 500;
/** Of the database's connections: starts need them more than somebody who catches up. */
const READERS_MAX = 2;

/**
 * The newest numbered changes, read once for all who listen in this process. Nothing is read while
 * nobody does.
 */
@Injectable()
export class ChangeFeed {
  readonly #listeners = new Set<() => void>();
  /** Without gaps, up to `#last`. */
  #kept: ContactChanged[] = [];
  #last: number | null = null;
  #catchingUp: Promise<void> | null = null;
  readonly #readers = new Gate(READERS_MAX);

  constructor(private readonly log: ChangeLog) {}

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener whenever there is more. The way back ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (!this.isHeard) this.#forget();
    };
  }

  /** The newest number that is known here, read anew where none as high as `atLeast` is known. */
  async last(atLeast: number): Promise<number> {
    const last = this.#last;
    return last === null || last < atLeast ? this.log.last() : last;
  }

  /** Up to `READ_MAX` changes behind a number, without gaps. */
  async after(number: number): Promise<readonly ContactChanged[]> {
    const first = this.#kept[0]?.number;
    if (number === this.#last) return [];
    if (first === undefined || number < first - 1)
      return this.#readers.run(() => this.log.after(number, READ_MAX));
    const from = number - first + 1;
    return this.#kept.slice(from, from + READ_MAX);
  }

  /** Reads what is new, and tells of it. Calls that come meanwhile share it. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#catchUp().finally(() => (this.#catchingUp = null));
    return this.#catchingUp;
  }

  async #catchUp(): Promise<void> {
    for (let isBehind = this.isHeard; isBehind && this.isHeard;) {
      const last = this.#last;
      if (last === null) {
        this.#last = await this.log.last();
        this.#tell();
        return;
      }
      const news = await this.log.after(last, READ_MAX);
      isBehind = news.length === READ_MAX;
      if (this.#last === last && news.length > 0) this.#keep(news);
    }
  }

  #keep(news: readonly ContactChanged[]): void {
    this.#kept.push(...news);
    this.#last = news.at(-1)!.number;
    if (this.#kept.length > KEPT_MAX) this.#kept = this.#kept.slice(-KEPT_MAX / 2);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #forget(): void {
    this.#kept = [];
    this.#last = null;
  }
}

import { randomBytes } from 'node:crypto';
import { LatestChanges } from './latest-changes.js';
import { LiveClient, type LiveRequest, type LiveWords } from './live-client.js';
import type { LiveOutput } from './live-connection.js';
import { LivePlaces, type LivePlacesOptions } from './live-places.js';

export interface LiveHubOptions<T> extends LivePlacesOptions {
  readonly words: LiveWords<T>;
  /** What clients are told of a thing. */
  readonly dataOf: (value: T) => object;
}

/** Tells clients of every change of every thing, as long as they listen. */
export class LiveHub<T> {
  readonly changes: LatestChanges<T>;
  #boot = newBoot();
  readonly #places: LivePlaces;

  constructor(private readonly options: LiveHubOptions<T>) {
    this.changes = new LatestChanges(options.dataOf);
    this.#places = new LivePlaces({ ...options, onEmpty: () => this.#rest() });
  }

  /**
   * Begins a stream, where `begin` says, with all that is noted when `prepare` is done.
   * @throws what `full` gives; whatever `prepare` throws. Then `begin` was not called.
   */
  open(
    request: LiveRequest,
    prepare: () => Promise<void> | void,
    begin: () => LiveOutput,
  ): Promise<void> {
    return this.#places.open(prepare, (onEnd) => {
      const { clock, words } = this.options;
      const source = { boot: this.#boot, changes: this.changes, words, clock };
      return new LiveClient(source, request, begin(), onEnd);
    });
  }

  /** Writes to all clients what was noted since. */
  tell(): void {
    this.#places.tell();
  }

  /** Only while nobody listens: from now on no position of before is known. */
  renew(): void {
    this.#boot = newBoot();
  }

  /** Open streams would hold up the server. */
  close(): void {
    this.#places.close();
  }

  /** Positions stay good: what changed meanwhile is noted when somebody comes. */
  #rest(): void {
    this.changes.forgetTexts();
    this.options.onEmpty?.();
  }
}

const newBoot = (): string => randomBytes(6).toString('hex');

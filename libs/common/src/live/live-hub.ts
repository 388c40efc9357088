import { randomBytes } from 'node:crypto';
import { ServiceUnavailableException } from '@nestjs/common';
import type { DomainError } from '#common/domain';
import type { CancelTimer, Clock } from '#common/platform';
import { LatestChanges } from './latest-changes.js';
import { LiveClient, type LiveOutput, type LiveRequest, type LiveWords } from './live-client.js';

/** Proxies and load balancers close connections that are silent for longer. */
export const HEARTBEAT_MS = 15_000;

export interface LiveHubOptions<T> {
  readonly clock: Clock;
  readonly words: LiveWords<T>;
  /** What clients are told of a thing. */
  readonly dataOf: (value: T) => object;
  readonly clientsMax: number;
  /** For one client more. */
  readonly full: (clientsMax: number) => DomainError;
  /** Whenever the last client is gone. */
  readonly onEmpty?: () => void;
}

/** Tells clients of every change of every thing, as long as they listen. */
export class LiveHub<T> {
  readonly changes: LatestChanges<T>;
  #boot = newBoot();
  readonly #clients = new Set<LiveClient<T>>();
  /** Also of those who are coming. */
  #placesTaken = 0;
  #cancelBeat: CancelTimer | null = null;
  #isClosed = false;

  constructor(private readonly options: LiveHubOptions<T>) {
    this.changes = new LatestChanges(options.dataOf);
  }

  /**
   * Begins a stream, where `begin` says, with all that is noted when `prepare` is done.
   * @throws what `full` gives; whatever `prepare` throws. Then `begin` was not called.
   */
  async open(
    request: LiveRequest,
    prepare: () => Promise<void> | void,
    begin: () => LiveOutput,
  ): Promise<void> {
    this.#takePlace();
    try {
      this.#cancelBeat ??= this.options.clock.after(HEARTBEAT_MS, () => this.#beat());
      await prepare();
      if (this.#isClosed) throw new ServiceUnavailableException('This program is stopping.');
      this.#add(request, begin());
    } catch (fault) {
      this.#leave();
      throw fault;
    }
  }

  /** Writes to all clients what was noted since. */
  tell(): void {
    for (const client of this.#clients) client.pump();
  }

  /** Only while nobody listens: from now on no position of before is known. */
  renew(): void {
    this.#boot = newBoot();
  }

  /** Open streams would hold up the server. */
  close(): void {
    this.#isClosed = true;
    for (const client of this.#clients) client.end();
    this.#rest();
  }

  #takePlace(): void {
    const { clientsMax, full } = this.options;
    if (this.#placesTaken >= clientsMax) throw full(clientsMax);
    this.#placesTaken += 1;
  }

  #add(request: LiveRequest, output: LiveOutput): void {
    const { clock, words } = this.options;
    const source = { boot: this.#boot, changes: this.changes, words, clock };
    const client: LiveClient<T> = new LiveClient(source, request, output, () => {
      this.#clients.delete(client);
      this.#leave();
    });
    this.#clients.add(client);
    if (output.connection.destroyed) client.end();
    else client.pump();
  }

  #leave(): void {
    this.#placesTaken -= 1;
    if (this.#placesTaken === 0) this.#rest();
  }

  /** Positions stay good: what changed meanwhile is noted when somebody comes. */
  #rest(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    this.changes.forgetTexts();
    this.options.onEmpty?.();
  }

  #beat(): void {
    for (const client of this.#clients) client.beat();
    this.#cancelBeat = this.options.clock.after(HEARTBEAT_MS, () => this.#beat());
  }
}

const newBoot = (): string => randomBytes(6).toString('hex');

import { ServiceUnavailableException } from '@nestjs/common';
import type { DomainError } from '#common/domain';
import type { CancelTimer, Clock } from '#common/platform';

/** Proxies and load balancers close connections that are silent for longer. */
export const HEARTBEAT_MS = 15_000;

/** One client's stream. */
export interface LiveListener {
  /** Tells it of what is new. */
  pump(): void;
  beat(): void;
  end(): void;
}

export interface LivePlacesOptions {
  readonly clock: Clock;
  readonly clientsMax: number;
  /** For one client more. */
  readonly full: (clientsMax: number) => DomainError;
  /** Whenever the last client is gone. */
  readonly onEmpty?: () => void;
}

/** Clients of a stream, as many as there are places. */
export class LivePlaces {
  readonly #clients = new Set<LiveListener>();
  /** Also of those who are coming. */
  #placesTaken = 0;
  #cancelBeat: CancelTimer | null = null;
  #isClosed = false;

  constructor(private readonly options: LivePlacesOptions) {}

  /**
   * @param begin makes the client, which calls what it is given once it is gone
   * @throws what `full` gives; whatever `prepare` throws. Then `begin` was not called.
   */
  async open(
    prepare: () => Promise<void> | void,
    begin: (onEnd: () => void) => LiveListener,
  ): Promise<void> {
    this.#takePlace();
    try {
      this.#cancelBeat ??= this.options.clock.after(HEARTBEAT_MS, () => this.#beat());
      await prepare();
      if (this.#isClosed) throw new ServiceUnavailableException('This program is stopping.');
      this.#add(begin);
    } catch (fault) {
      this.#leave();
      throw fault;
    }
  }

  /** Writes to all clients what is new. */
  tell(): void {
    for (const client of this.#clients) client.pump();
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

  #add(begin: (onEnd: () => void) => LiveListener): void {
    const client = begin(() => {
      this.#clients.delete(client);
      this.#leave();
    });
    this.#clients.add(client);
    client.pump();
  }

  #leave(): void {
    this.#placesTaken -= 1;
    if (this.#placesTaken === 0) this.#rest();
  }

  #rest(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    this.options.onEmpty?.();
  }

  #beat(): void {
    for (const client of this.#clients) client.beat();
    this.#cancelBeat = this.options.clock.after(HEARTBEAT_MS, () => this.#beat());
  }
}

import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { CancelTimer, Clock } from '#common/platform';
import { blockingClient, faultText } from '#common/redis';
import type { ChangeListener } from '../../rockets/rocket-store.port.js';

/** A connection that is dead, but not closed, would tell of nothing: it is asked this often … */
const ASK_EVERY_MS = 5_000;
/** … and given up when it has not answered for so long. */
const SILENCE_MS_MAX = 10_000;

export interface RedisChangesOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Where the monitors tell each other, as `<monitor> <channels as JSON, or null>`. */
  readonly topic: string;
}

/**
 * Which channels have changed: of this monitor's own at once, of the others' by what their scripts
 * publish. As long as nobody listens there is no connection for it.
 */
export class RedisChanges {
  readonly #logger = new Logger(RedisChanges.name);
  readonly #listeners: ChangeListener[] = [];
  #monitor: string = randomUUID();
  #subscriber: Redis | null = null;
  #cancelAsking: CancelTimer = () => undefined;

  constructor(private readonly options: RedisChangesOptions) {}

  /** What scripts that run for this monitor publish under. */
  get monitor(): string {
    return this.#monitor;
  }

  listen(listener: ChangeListener): void {
    this.#listeners.push(listener);
    this.#subscriber ??= this.#connect();
  }

  tell(channels: readonly string[] | null): void {
    for (const listener of this.#listeners) listener(channels);
  }

  /**
   * Of a script without an answer: it may have run, or may run yet. What is published under the name
   * so far is then heard like another monitor's.
   */
  tellUnsure(channels: readonly string[]): void {
    this.#monitor = randomUUID();
    this.tell(channels);
  }

  close(): void {
    this.#cancelAsking();
    this.#subscriber?.disconnect();
  }

  #connect(): Redis {
    const client = blockingClient(
      this.options.url,
      // The client for requests says what is wrong.
      { name: 'perigee-rocket-changes', onFault: () => undefined },
      SILENCE_MS_MAX,
    );
    client.on('ready', () => void this.#subscribe(client));
    client.on('close', () => this.#cancelAsking());
    client.on('message', (_topic: string, text: string) => this.#hear(text));
    return client;
  }

  /** With every connection: what happened without one is not told again. */
  async #subscribe(client: Redis): Promise<void> {
    try {
      await client.subscribe(this.options.topic);
      this.tell(null);
      this.#askSoon(client);
    } catch (fault) {
      // A connection that went away is followed by another one.
      if (client.status !== 'ready') return;
      const reason = faultText(fault);
      this.#logger.warn({ message: 'Other monitors are not heard', reason });
    }
  }

  #askSoon(client: Redis): void {
    this.#cancelAsking();
    this.#cancelAsking = this.options.clock.after(ASK_EVERY_MS, () => {
      client.ping().then(
        () => this.#askSoon(client),
        // The connection is gone, and the next one asks again.
        () => undefined,
      );
    });
  }

  #hear(text: string): void {
    const end = text.indexOf(' ');
    if (text.slice(0, end) === this.#monitor) return;
    this.tell(channelsIn(text.slice(end + 1)));
  }
}

/** Null, which is any, also for what cannot be read. */
function channelsIn(text: string): readonly string[] | null {
  try {
    const told: unknown = JSON.parse(text);
    return Array.isArray(told) ? told.map(String) : null;
  } catch {
    return null;
  }
}

import type { Redis } from 'ioredis';
import { blockingClient, type Outage, requestClient } from '#common/redis';

/** Bull's blocking question is answered every five seconds, so a longer silence is a dead line. */
const SILENCE_MS_MAX = 15_000;

/**
 * The connections of one Bull queue. Bull does not close those that it was given, and its own close
 * waits for a Redis that is silent: whoever holds this ends them.
 */
export class BullConnections {
  readonly #clients: Redis[] = [];
  #isEnded = false;

  constructor(
    private readonly url: string,
    private readonly outage: Outage,
  ) {}

  readonly create = (type: 'client' | 'subscriber' | 'bclient'): Redis => {
    const options = {
      name: `perigee-starts-${type}`,
      onFault: (fault: Error) => this.outage.note(fault),
    };
    const client =
      type === 'client'
        ? requestClient(this.url, options)
        : blockingClient(this.url, options, type === 'bclient' ? SILENCE_MS_MAX : undefined);
    this.#clients.push(client);
    client.on('connecting', () => {
      if (this.#isEnded) client.disconnect();
    });
    return client;
  };

  /** For good: a client that Bull connects once more on its way out is ended too. */
  disconnect(): void {
    this.#isEnded = true;
    for (const client of this.#clients) client.disconnect();
  }
}

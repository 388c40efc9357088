import { randomUUID } from 'node:crypto';
import { ROCKET_EXPLODED, ROCKET_LAUNCHED } from '#common/contracts';
import type { RocketFact } from '#common/domain';
import { SystemClock } from '#common/platform';
import type { TestRedis } from '../../../../../../test/support/redis.js';
import { RedisRocketStore, type RedisRocketStoreOptions } from '../redis-rocket.store.js';

/** Generous: a loaded machine is no fault of the store. */
const TIMEOUT_MS = 20_000;

export interface PublishedFact {
  readonly channel: string;
  readonly fact: RocketFact;
}

/** Stores of a test, each with a prefix of its own unless the test gives one. */
export class OpenedStores {
  readonly #stores: RedisRocketStore[] = [];

  async open(
    { url }: TestRedis,
    given: Partial<RedisRocketStoreOptions> = {},
  ): Promise<RedisRocketStore> {
    const store = new RedisRocketStore({
      url,
      clock: new SystemClock(),
      prefix: `${randomUUID()}:`,
      channelsMax: 1_000,
      historyMax: 100_000,
      tellsEvents: true,
      timeoutMs: TIMEOUT_MS,
      ...given,
    });
    this.#stores.push(store);
    await store.onModuleInit();
    return store;
  }

  close(): void {
    for (const store of this.#stores.splice(0)) store.onApplicationShutdown();
  }
}

/** What waits in the store's outbox. */
export async function factsOf({ outbox }: RedisRocketStore): Promise<PublishedFact[]> {
  const claimed = await outbox.claim(1_000, 0);
  return claimed.map(({ envelope: { type, data } }) => {
    const { channel, ...told } = data as Readonly<Record<string, string>>;
    return { channel: channel ?? '', fact: factOf(type, told) };
  });
}

function factOf(type: string, told: { type?: string; mission?: string; reason?: string }) {
  const { type: model = '', mission = '', reason = '' } = told;
  if (type === ROCKET_LAUNCHED) return { type: 'launched', model, mission } as const;
  if (type === ROCKET_EXPLODED) return { type: 'exploded', reason } as const;
  return { type: 'mission-changed', mission } as const;
}

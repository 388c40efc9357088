import { Redis } from 'ioredis';
import { withoutPasswords } from '#common/platform';
import type { ShipCount } from './ship-counts.js';

/** Where the hot lists are: one list per ship, under its raw name. */
const HOT_DATABASE = '/1';
const ANSWER_TIMEOUT_MS = 5_000;
const SCAN_COUNT = 1_000;

/**
 * The readings of every ship in the hot lists of a Redis, by name.
 * @throws an error in one line when it does not answer.
 */
export async function* shipLists(redisUrl: string): AsyncGenerator<ShipCount> {
  const url = new URL(redisUrl);
  url.pathname = HOT_DATABASE;
  const redis = new Redis(url.toString(), {
    lazyConnect: true,
    connectTimeout: ANSWER_TIMEOUT_MS,
    commandTimeout: ANSWER_TIMEOUT_MS,
    retryStrategy: () => null,
  });
  let reason = 'it closed the connection';
  redis.on('error', (fault) => {
    reason = fault.message;
  });
  try {
    await redis.connect();
    for (const name of await namesIn(redis)) yield { name, samples: await redis.llen(name) };
  } catch (cause) {
    const where = withoutPasswords(redisUrl);
    throw new Error(`No Redis answers at ${where}: ${reason}`, { cause });
  } finally {
    redis.disconnect();
  }
}

async function namesIn(redis: Redis): Promise<string[]> {
  const names = new Set<string>();
  for await (const found of redis.scanStream({ type: 'list', count: SCAN_COUNT }))
    for (const name of found as string[]) names.add(name);
  return [...names].toSorted();
}

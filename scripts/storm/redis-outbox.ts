import { Redis } from 'ioredis';

/** What the monitors have to tell the others, where Redis keeps their rockets. */
const OUTBOX = 'perigee:rocket-outbox';
const PARTS = ['waiting', 'leased', 'dead'];
const ANSWER_MS_MAX = 10_000;

/** One line for each part that holds messages. */
export async function readRedisOutbox(url: string): Promise<string[]> {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    commandTimeout: ANSWER_MS_MAX,
  });
  // A connection may fail at any time; without a listener that would be told on the screen.
  redis.on('error', () => undefined);
  try {
    const counts = await Promise.all(PARTS.map((part) => redis.zcard(`${OUTBOX}:${part}`)));
    return PARTS.flatMap((part, at) =>
      counts[at] ? [`outbox in Redis: ${counts[at]} ${part}`] : [],
    );
  } finally {
    redis.disconnect();
  }
}

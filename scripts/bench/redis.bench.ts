import { Redis } from 'ioredis';
import type { BenchContext } from './context.js';
import type { Row } from './figure.js';
import { runProgram } from './programs.js';
import type { RedisLoad, RedisOutcome } from './redis-load.js';
import { measurePair } from './rounds.js';

const ROUNDS_DEFAULT = 3;
/** Beside what is measured: making the messages, and a machine that has other things to do. */
const SPARE_MS = 60_000;

const WAYS = [
  { label: '500 at a time', together: 500, isBatch: false, goal: 60_000 },
  { label: 'batches of 1,000', together: 1_000, isBatch: true, goal: 100_000 },
] as const;
const FSYNCS = ['everysec', 'always'] as const;

/** Messages through the script of the Redis store, from one client, with both ways to be durable. */
export async function* benchRedis(context: BenchContext): AsyncGenerator<Row> {
  const url = await context.servers.urlOf('redis');
  const admin = new Redis(url);
  try {
    for (const fsync of FSYNCS) {
      await admin.config('SET', 'appendfsync', fsync);
      for (const way of WAYS) yield await benchWay(admin, { url, fsync, way }, context);
    }
  } finally {
    // As other measurements need it.
    await admin.config('SET', 'appendfsync', 'always');
    await admin.quit();
  }
}

interface Setting {
  readonly url: string;
  readonly fsync: (typeof FSYNCS)[number];
  readonly way: (typeof WAYS)[number];
}

function benchWay(
  admin: Redis,
  { url, fsync, way }: Setting,
  { options, signal, onProgress }: BenchContext,
): Promise<Row> {
  const { label, together, isBatch, goal } = way;
  const { seconds } = options;
  const rateOf = async (what: RedisLoad['what'], seed: number): Promise<number> => {
    // What the round before has stored must not slow down this one.
    await admin.flushall();
    const load: RedisLoad = { url, what, together, isBatch, seconds, seed };
    const timeoutMs = SPARE_MS + seconds * 1_000;
    const outcome = await runProgram<RedisOutcome>('redis-load', load, { timeoutMs, signal });
    return outcome.messages / outcome.seconds;
  };
  return measurePair(
    {
      name: `redis ${fsync}, ${label}`,
      unit: 'messages/s',
      goal: { of: 'ours', is: 'at least', value: goal },
      ours: (round) => rateOf('store', round),
      limit: (round) => rateOf('script', round),
    },
    { rounds: options.rounds ?? ROUNDS_DEFAULT, signal, onProgress },
  );
}

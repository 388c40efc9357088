import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisRocketStore } from '../../apps/rocket-monitor/src/adapters/redis/redis-rocket.store.js';
import { RocketMonitorConfig } from '../../apps/rocket-monitor/src/rocket-monitor.config.js';
import { Arrivals } from '../../apps/rocket-monitor/src/rockets/arrivals.js';
import { toRocketMessage, type RocketMessageDto } from '#common/contracts';
import { contentOf, type RocketArrival } from '#common/domain';
import { SystemClock } from '#common/platform';
import { RedisScript } from '#common/redis';
import { rocketScenario } from '../rockets/scenario.js';
import type { RedisLoad, RedisOutcome } from './redis-load.js';
import { readInput } from './programs.js';

const TIMEOUT_MS = 30_000;
const WARM_UP_SECONDS = 0.5;
/** When they are used up, the measurement ends early. */
const MESSAGES_PER_SECOND_MAX = 80_000;

/** The arguments come, something is written, and an answer goes for each message. */
const TRIVIAL = new RedisScript(
  "redis.call('INCRBY', KEYS[1], #ARGV) local answers = {} " +
    "for nr = 1, #ARGV do answers[nr] = 'n' end return answers",
);

const load = await readInput<RedisLoad>();
const arrivals = makeArrivals();
const { take, close } = load.what === 'store' ? await openStore() : await openScript();
const countFrom = performance.now() + WARM_UP_SECONDS * 1_000;
const countTo = countFrom + load.seconds * 1_000;
let next = 0;
let counted = 0;
let lastAt = countFrom;

if (load.isBatch) await sendBatches();
else await Promise.all(Array.from({ length: load.together }, sendSingles));
await close();
const outcome: RedisOutcome = { messages: counted, seconds: (lastAt - countFrom) / 1_000 };
process.stdout.write(JSON.stringify(outcome));

async function sendSingles(): Promise<void> {
  while (goesOn()) {
    const arrival = arrivals[next];
    next += 1;
    if (arrival === undefined) return;
    await take([arrival]);
    count(1);
  }
}

async function sendBatches(): Promise<void> {
  while (goesOn()) {
    const batch = arrivals.slice(next, next + load.together);
    next += batch.length;
    await take(batch);
    count(batch.length);
  }
}

function goesOn(): boolean {
  return next < arrivals.length && performance.now() < countTo;
}

function count(messages: number): void {
  const now = performance.now();
  if (now < countFrom || now > countTo) return;
  counted += messages;
  lastAt = now;
}

interface Taker {
  readonly take: (batch: readonly RocketArrival[]) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

async function openStore(): Promise<Taker> {
  const { ROCKET_HISTORY_MAX: historyMax, ROCKET_CHANNELS_MAX: channelsMax } =
    new RocketMonitorConfig();
  const options = {
    url: load.url,
    clock: new SystemClock(),
    prefix: `${randomUUID()}:`,
    channelsMax,
    historyMax,
    tellsEvents: true,
    timeoutMs: TIMEOUT_MS,
  };
  const store = new RedisRocketStore(options);
  await store.onModuleInit();
  return {
    take: (batch) => Promise.all(batch.map((arrival) => store.take(arrival))),
    close: async () => store.onApplicationShutdown(),
  };
}

async function openScript(): Promise<Taker> {
  const client = new Redis(load.url, { commandTimeout: TIMEOUT_MS });
  const key = `${randomUUID()}:count`;
  await TRIVIAL.run(client, [key], []);
  return {
    take: (batch) => TRIVIAL.run(client, [key], batch.map(contentOf)),
    close: async () => void (await client.quit()),
  };
}

function makeArrivals(): RocketArrival[] {
  const noted = new Arrivals(new SystemClock());
  const messageCount = Math.ceil((load.seconds + 1) * MESSAGES_PER_SECOND_MAX);
  const { messages } = rocketScenario({ seed: load.seed, messageCount });
  return messages.map((message) => noted.note(toRocketMessage(message as RocketMessageDto)));
}

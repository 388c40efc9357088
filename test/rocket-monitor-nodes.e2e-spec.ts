import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deliver } from '../scripts/rockets/deliver.js';
import { rocketScenario } from '../scripts/rockets/scenario.js';
import { sendAll } from '../scripts/rockets/sender.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { EventClient } from './support/event-client.js';
import { TestRedis } from './support/redis.js';
import { RocketMonitorUnderTest } from './support/rocket-monitor.js';
import { until } from './support/until.js';

const timeout = 120_000;
const SENDERS_PER_NODE = 4;
const SCENARIO = rocketScenario({ messageCount: 1_200, seed: 12 });

let redis: TestRedis;
let database: TestDatabase;
const monitors: RocketMonitorUnderTest[] = [];

beforeAll(async () => {
  [redis, database] = await Promise.all([TestRedis.start(), testDatabase()]);
});

afterAll(async () => {
  await redis.stop();
  await database.drop();
});

afterEach(async () => {
  for (const monitor of monitors.splice(0)) await monitor.close();
});

async function start(ROCKET_STORE: string): Promise<RocketMonitorUnderTest> {
  const monitor = await RocketMonitorUnderTest.start(
    { ROCKET_STORE },
    null,
    redis.url,
    database.url,
  );
  monitors.push(monitor);
  return monitor;
}

const send = (monitor: RocketMonitorUnderTest, messages: readonly object[], senders: number) =>
  sendAll(messages, {
    url: new URL('/messages', monitor.url),
    keepAlive: true,
    concurrencyLevel: senders,
    messageDelayMs: 0,
    onAnswer: () => undefined,
    signal: AbortSignal.timeout(timeout),
  });

/** All of them, with their accounts of messages. */
const rockets = async (monitor: RocketMonitorUnderTest): Promise<object[]> =>
  (await monitor.pages<object>('/rockets?limit=7')).items;

/** Those that came before. */
function repetitionsIn<T>(arrivals: readonly T[]): T[] {
  const seen = new Set<T>();
  return arrivals.filter((arrival) => seen.size === seen.add(arrival).size);
}

describe.each(['redis', 'postgres'])('two rocket monitors on one %s', (store) => {
  it('tell after eight senders what one tells after one', { timeout }, async () => {
    const [first, second, serial] = [await start(store), await start(store), await start('memory')];
    const listener = new EventClient(`${second.url}/rockets/events`);
    await listener.connect();
    const arrivals = deliver(SCENARIO.messages, { shuffle: 100, duplicate: 0.2, seed: 12 });
    await Promise.all(
      [first, second].map((monitor, nr) =>
        send(
          monitor,
          arrivals.filter((_, at) => at % 2 === nr),
          SENDERS_PER_NODE,
        ),
      ),
    );
    await send(serial, [...SCENARIO.messages, ...repetitionsIn(arrivals)], 1);

    const expected = await rockets(serial);
    expect(expected).toHaveLength(SCENARIO.expectedStates.size);
    for (const monitor of [first, second])
      await until(async () => expect(await rockets(monitor)).toEqual(expected));
    await until(() =>
      expect([...listener.rockets.values()]).toEqual(expect.arrayContaining(expected)),
    );
    listener.cut();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDifferences } from '../scripts/rockets/check-states.js';
import { deliver } from '../scripts/rockets/deliver.js';
import { rocketScenario, type Scenario } from '../scripts/rockets/scenario.js';
import { sendAll } from '../scripts/rockets/sender.js';
import { TestRedis } from './support/redis.js';
import {
  CHANNEL,
  LAUNCH,
  RocketMonitorUnderTest,
  rocketMessage,
} from './support/rocket-monitor.js';
import { until } from './support/until.js';

const MESSAGES = 900;
const timeout = 120_000;

const launch = (number = 1, given: object = {}) =>
  rocketMessage(number, 'RocketLaunched', LAUNCH, given);

describe('rocket monitors on one Redis', () => {
  let redis: TestRedis;
  const monitors: RocketMonitorUnderTest[] = [];

  beforeEach(async () => {
    // What is confirmed must be there after a kill -9, whatever the disk does meanwhile.
    redis = await TestRedis.start({ appendfsync: 'always' });
  });

  afterEach(async () => {
    for (const monitor of monitors.splice(0)) await monitor.close();
    await redis.stop();
  });

  async function start(given: object = {}): Promise<RocketMonitorUnderTest> {
    const monitor = await RocketMonitorUnderTest.start(given, null, redis.url);
    monitors.push(monitor);
    await until(async () =>
      expect((await ready(monitor))['store']).toMatchObject({ redis: 'durable' }),
    );
    return monitor;
  }

  const isTaken = async (monitor: RocketMonitorUnderTest, message: object): Promise<void> =>
    expect([200, 204]).toContain((await monitor.post(message)).status);

  const ready = async (monitor: RocketMonitorUnderTest) =>
    ((await monitor.json('/health/ready')) as { details: Record<string, object> }).details;

  /** Sends as rockets do: each message again and again until it is taken. */
  async function send(messages: readonly object[], onAnswer: (answer: string) => void) {
    await Promise.all(
      monitors.map((monitor, nr) =>
        sendAll(
          messages.filter((_, at) => at % monitors.length === nr),
          {
            url: new URL('/messages', monitor.url),
            keepAlive: true,
            concurrencyLevel: 4,
            messageDelayMs: 0,
            onAnswer,
            signal: AbortSignal.timeout(timeout),
          },
        ),
      ),
    );
  }

  /** Nothing, when every rocket is as the scenario says and each number was counted once. */
  async function differences({ expectedStates }: Scenario): Promise<object[]> {
    const found = monitors.map(async (monitor) => {
      const rockets = (await monitor.json('/rockets')) as { messages_taken: number }[];
      const taken = rockets.reduce((sum, rocket) => sum + rocket.messages_taken, 0);
      const states = await findDifferences(new URL(monitor.url), expectedStates);
      return taken === MESSAGES ? states : [...states, { taken }];
    });
    return (await Promise.all(found)).flat();
  }

  /** What Redis holds of each rocket: numbers counted, messages kept, instants of their arrival. */
  async function kept(): Promise<number[][]> {
    const channels = await redis.admin.zrange('perigee:rockets', 0, -1);
    const counts = channels.map(async (channel) => [
      Number(await redis.admin.hget(`perigee:rocket:${channel}`, 'count')),
      await redis.admin.hlen(`perigee:messages:${channel}`),
      await redis.admin.zcard(`perigee:arrivals:${channel}`),
    ]);
    return Promise.all(counts);
  }

  it('take any message at any of them, shuffled and repeated', { timeout }, async () => {
    const [first, second] = [await start(), await start()];
    const scenario = rocketScenario({ messageCount: MESSAGES, seed: 7 });
    const arrivals = deliver(scenario.messages, { shuffle: 200, duplicate: 0.3, seed: 7 });
    await send(arrivals, () => undefined);

    await until(async () => expect(await differences(scenario)).toEqual([]));
    expect(await first.json('/list')).toEqual(await second.json('/list'));
  });

  it('lose nothing, double nothing, when Redis is killed in the middle', { timeout }, async () => {
    await start();
    await start();
    const scenario = rocketScenario({ messageCount: MESSAGES, seed: 8 });
    const arrivals = deliver(scenario.messages, { shuffle: 200, duplicate: 0.3, seed: 8 });
    const answers: string[] = [];
    const restarts: Promise<void>[] = [];
    await send(arrivals, (answer) => {
      answers.push(answer);
      if (answers.length >= MESSAGES / 3 && restarts.length === 0)
        restarts.push(redis.kill().then(() => redis.restart()));
    });
    await Promise.all(restarts);

    expect(new Set(answers)).toEqual(new Set(['200', '204', '503']));
    await until(async () => expect(await differences(scenario)).toEqual([]));
    const rockets = await kept();
    expect(rockets.length).toBeGreaterThan(0);
    expect(rockets).toEqual(rockets.map(([count]) => [count, count, count]));
    expect(await redis.admin.mget('perigee:open-gaps', 'perigee:parked')).toEqual(['0', '0']);
  });

  it('answer 503 while Redis is dead, say so in their health, and come back', async () => {
    const monitor = await start();
    await until(() => isTaken(monitor, launch()));
    await redis.kill();

    const refused = await monitor.post(launch(2));
    expect(refused).toMatchObject({ status: 503, type: expect.stringContaining('problem+json') });
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await monitor.get(`/state/${CHANNEL}`)).status).toBe(503);
    expect((await monitor.get('/health/ready')).status).toBe(503);
    expect((await monitor.get('/health/live')).status).toBe(200);
    expect((await monitor.post('{}')).status).toBe(400);

    await redis.restart();
    await until(() => isTaken(monitor, launch(2)));
    expect(await monitor.json(`/rockets/${CHANNEL}`)).toMatchObject({ messages_taken: 2 });
  });
});

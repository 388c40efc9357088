import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '#common/persistence';
import { findDifferences } from '../scripts/rockets/check-states.js';
import { deliver } from '../scripts/rockets/deliver.js';
import { rocketScenario, type Scenario } from '../scripts/rockets/scenario.js';
import { sendAll } from '../scripts/rockets/sender.js';
import { startPostgresql } from '../scripts/services/postgresql.js';
import type { Service } from '../scripts/services/service.js';
import {
  CHANNEL,
  LAUNCH,
  RocketMonitorUnderTest,
  rocketMessage,
} from './support/rocket-monitor.js';
import { until } from './support/until.js';

const MESSAGES = 900;
/** A server that was killed recovers first. */
const BACK_MS_MAX = 120_000;
const timeout = 240_000;

describe('rocket monitors on one PostgreSQL', { timeout }, () => {
  let folder: string;
  /** One that may be killed. */
  let postgres: Service;
  const monitors: RocketMonitorUnderTest[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-rockets-'));
    postgres = await startPostgresql({ folder });
    await migrate(postgres.url);
  }, timeout);

  afterEach(async () => {
    for (const monitor of monitors.splice(0)) await monitor.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }, timeout);

  async function start(): Promise<RocketMonitorUnderTest> {
    const given = { ROCKET_STORE: 'postgres' };
    const monitor = await RocketMonitorUnderTest.start(given, null, undefined, postgres.url);
    monitors.push(monitor);
    return monitor;
  }

  /** Sends as rockets do, to one monitor after the other: each message again and again until it is taken. */
  async function send(messages: readonly object[], onAnswer: (answer: string) => void) {
    const sent = monitors.map((monitor, nr) =>
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
    );
    await Promise.all(sent);
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

  it('take any message at any of them, and know all of them after a start', async () => {
    const [first, second] = [await start(), await start()];
    const scenario = rocketScenario({ messageCount: MESSAGES, seed: 7 });
    await send(
      deliver(scenario.messages, { shuffle: 200, duplicate: 0.3, seed: 7 }),
      () => undefined,
    );

    expect(await differences(scenario)).toEqual([]);
    const list = await first.json('/rockets');
    expect(await second.json('/rockets')).toEqual(list);
    expect(await (await start()).json('/rockets')).toEqual(list);
  });

  it('lose nothing, double nothing, when PostgreSQL is killed in the middle', async () => {
    await start();
    await start();
    const scenario = rocketScenario({ messageCount: MESSAGES, seed: 8 });
    const answers: string[] = [];
    const kills: Promise<void>[] = [];
    await send(deliver(scenario.messages, { shuffle: 200, duplicate: 0.3, seed: 8 }), (answer) => {
      answers.push(answer);
      if (answers.length >= MESSAGES / 3 && kills.length === 0)
        kills.push(postgres.kill('SIGKILL').then(() => postgres.restart()));
    });
    await Promise.all(kills);

    expect(new Set(answers)).toEqual(new Set(['200', '204', '503']));
    await until(async () => expect(await differences(scenario)).toEqual([]), BACK_MS_MAX);
    await start();
    expect(await differences(scenario)).toEqual([]);
  });

  it('answer 503 while PostgreSQL is away, say so in their health, and come back', async () => {
    const monitor = await start();
    const launch = (number: number) => rocketMessage(number, 'RocketLaunched', LAUNCH);
    expect((await monitor.post(launch(1))).status).toBe(200);
    await postgres.stop();

    const refused = await monitor.post(launch(2));
    expect(refused).toMatchObject({ status: 503, type: expect.stringContaining('problem+json') });
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await monitor.get(`/state/${CHANNEL}`)).status).toBe(503);
    expect((await monitor.get('/health/ready')).status).toBe(503);
    expect((await monitor.get('/health/live')).status).toBe(200);
    expect((await monitor.post('{}')).status).toBe(400);

    postgres = await startPostgresql({ folder });
    await until(
      async () => expect([200, 204]).toContain((await monitor.post(launch(2))).status),
      BACK_MS_MAX,
    );
    expect(await monitor.json(`/rockets/${CHANNEL}`)).toMatchObject({ messages_taken: 2 });
  });
});

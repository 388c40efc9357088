import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliver } from '../scripts/rockets/deliver.js';
import { rocketScenario } from '../scripts/rockets/scenario.js';
import {
  CHANNEL,
  LAUNCH,
  RocketMonitorUnderTest,
  rocketMessage,
  TIME,
} from './support/rocket-monitor.js';

const launch = (number = 1, given: object = {}) =>
  rocketMessage(number, 'RocketLaunched', LAUNCH, given);
const faster = (number: number, by: number, given: object = {}) =>
  rocketMessage(number, 'RocketSpeedIncreased', { by }, given);

describe('the rocket monitor', () => {
  let monitor: RocketMonitorUnderTest;

  beforeEach(async () => {
    monitor = await RocketMonitorUnderTest.start({ ROCKET_CHANNELS_MAX: 50 });
  });

  afterEach(() => monitor.close());

  const state = (channel = CHANNEL) => monitor.json(`/state/${encodeURIComponent(channel)}`);
  const rocket = (channel = CHANNEL) => monitor.json(`/rockets/${encodeURIComponent(channel)}`);

  it('says hello', async () => {
    const { status, text, type } = await monitor.get('/');

    expect([status, text]).toEqual([200, '"Hello Moon!"']);
    expect(type).toContain('application/json');
  });

  it('answers a new message with 200 and null, a repeated one with 204 and nothing', async () => {
    expect(await monitor.post(launch())).toMatchObject({ status: 200, text: 'null' });
    expect(await monitor.post(launch())).toMatchObject({ status: 204, text: '' });
  });

  it('answers the same at every spelling of the address', async () => {
    const answers = [];
    for (const path of ['/messages', '/messages/', '/messages?']) {
      answers.push(await monitor.postTo(path, launch(answers.length + 1)));
      answers.push(await monitor.postTo(path, launch(answers.length)));
    }

    const [taken, repeated] = answers;
    expect(answers).toEqual([taken, repeated, taken, repeated, taken, repeated]);
    expect([taken, repeated]).toMatchObject([
      { status: 200, type: 'application/json; charset=utf-8', text: 'null' },
      { status: 204, type: null, text: '' },
    ]);
    expect(await monitor.postTo('/messages?a=1', launch(9))).toMatchObject({ status: 400 });
  });

  it('documents the body of a message', async () => {
    const { paths } = (await monitor.json('/docs-json')) as { paths: Record<string, object> };

    expect(paths['/messages']).toMatchObject({
      post: {
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/RocketMessageDto' } },
          },
        },
      },
    });
  });

  it('shows the state in its exact shape', async () => {
    await monitor.postAll([launch(), faster(2, 3_000)]);

    expect((await monitor.get(`/state/${CHANNEL}`)).text).toBe(
      '{"type":"Falcon-9","speed":3500,"mission":"ARTEMIS","exploded_reason":"",' +
        `"latest_mission_msg":1,"latest_exploded_msg":-1,"latest_update":"${TIME}"}`,
    );
  });

  it('shows defaults for what is not known yet', async () => {
    await monitor.post(faster(2, 500));

    expect(await state()).toEqual({
      type: '',
      speed: 500,
      mission: '',
      exploded_reason: '',
      latest_mission_msg: -1,
      latest_exploded_msg: -1,
      latest_update: TIME,
    });
    expect(await rocket()).toMatchObject({ status: 'unknown', missing: { total: 1 } });
  });

  it('says in plain text that a channel is silent', async () => {
    expect(await monitor.get("/state/no'where%2F%C3%A9")).toMatchObject({
      status: 404,
      type: 'text/plain; charset=utf-8',
      text: "No state is received on channel 'no'where/é'.",
    });
  });

  it('ends in the same state for all orders, with repetitions', async () => {
    const history = (channel: string) => [
      launch(1, { channel }),
      faster(2, 3_000, { channel }),
      rocketMessage(3, 'RocketMissionChanged', { newMission: 'GEMINI' }, { channel }),
      rocketMessage(4, 'RocketExploded', { reason: 'FROZEN_O_RINGS' }, { channel }),
      rocketMessage(5, 'RocketSpeedDecreased', { by: 4_000 }, { channel }),
    ];
    let run = 0;
    const orders = fc.shuffledSubarray([0, 0, 1, 2, 3, 3, 4], { minLength: 7 });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        run += 1;
        const messages = history(`run ${run}`);
        const statuses = await monitor.postAll(order.map((at) => messages[at] ?? {}));

        expect(statuses.filter((status) => status === 204)).toHaveLength(2);
        expect(await state(`run ${run}`)).toEqual({
          type: 'Falcon-9',
          speed: -500,
          mission: 'GEMINI',
          exploded_reason: 'FROZEN_O_RINGS',
          latest_mission_msg: 3,
          latest_exploded_msg: 4,
          latest_update: TIME,
        });
      }),
      { numRuns: 30 },
    );
  });

  it('follows a whole scenario that comes shuffled and repeated', async () => {
    const scenario = rocketScenario({ messageCount: 1_000, seed: 11 });
    const arrivals = deliver(scenario.messages, { shuffle: 200, duplicate: 0.3, seed: 11 });

    const statuses = await monitor.postAll(arrivals);

    expect(statuses.filter((status) => status === 200)).toHaveLength(1_000);
    for (const [channel, expected] of scenario.expectedStates)
      expect(await state(channel)).toEqual(expected);
  });

  it('keeps the first of two contents, answers 204 and counts the conflict', async () => {
    const statuses = await monitor.postAll([faster(1, 500), faster(1, 600), faster(1, 500)]);

    expect(statuses).toEqual([200, 204, 204]);
    expect(await rocket()).toMatchObject({ speed: 500, conflicts: 1, duplicates: 1 });
  });

  it('shows a rocket with its account of messages', async () => {
    await monitor.postAll([launch(), faster(2, 1), faster(5, 1), faster(5, 1)]);

    expect(await rocket()).toEqual({
      channel: CHANNEL,
      status: 'flying',
      ...((await state()) as object),
      view: 'best-effort',
      as_of: null,
      applied_through: 2,
      highest: 5,
      missing: { total: 2, ranges: [{ from: 3, to: 4 }] },
      complete: false,
      messages_taken: 3,
      duplicates: 1,
      conflicts: 0,
      rejected: 0,
    });
    expect(await monitor.get('/rockets/nobody')).toMatchObject({ status: 404 });
    expect(await monitor.json('/rockets/nobody')).toMatchObject({ code: 'ROCKET_NOT_FOUND' });
  });

  it('lists channels by latest update, oldest first', async () => {
    const at = (channel: string, messageTime: string) => launch(1, { channel, messageTime });
    await monitor.postAll([
      at('third', '2022-02-02T19:00:00.123456789Z'),
      at('second', '2022-02-02T19:00:00.123456788Z'),
      at('first', '2022-02-02T19:30:00+01:00'),
    ]);

    expect(await monitor.json('/list')).toEqual(['first', 'second', 'third']);
  });

  it('takes channels of any name', async () => {
    const names = ['constructor', 'a/b', 'a b', '.', '%', '__proto__', '\u{1F680}'.repeat(128)];
    const statuses = await monitor.postAll(names.map((channel) => launch(1, { channel })));

    expect(statuses).toEqual(names.map(() => 200));
    expect(await monitor.json('/list')).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const channel of names.filter((name) => name !== '.'))
      expect(await state(channel)).toMatchObject({ type: 'Falcon-9' });
  });

  it('answers every route with a slash at its end', async () => {
    await monitor.post(launch());
    const posted = await fetch(`${monitor.url}/messages/`, {
      method: 'POST',
      body: JSON.stringify(launch()),
    });

    expect(posted.status).toBe(204);
    const paths = [
      '/health/live/',
      '/health/ready/',
      `/state/${CHANNEL}/`,
      '/list/',
      '/rockets/',
      '/rockets/summary/',
      `/rockets/${CHANNEL}/`,
      `/rockets/${CHANNEL}/messages/`,
      `/rockets/${CHANNEL}/gaps/`,
      '/rejected/',
    ];
    const answers = await Promise.all(paths.map((path) => monitor.get(path)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  });

  it('takes no new channel over its limit, and says so with 503', async () => {
    const channels = Array.from({ length: 51 }, (_, index) => `channel ${index}`);
    const statuses = await monitor.postAll(channels.map((channel) => launch(1, { channel })));

    expect(statuses.slice(0, 50).every((status) => status === 200)).toBe(true);
    expect(statuses[50]).toBe(503);
    expect((await monitor.post(faster(2, 1, { channel: 'channel 0' }))).status).toBe(200);
    expect((await monitor.post('{}')).status).toBe(400);
  });

  it('says in its health that nobody hears of its events', async () => {
    expect(await monitor.json('/health/ready')).toMatchObject({
      status: 'degraded',
      details: {
        store: { status: 'up', kind: 'memory', channels: 0 },
        bus: { status: 'degraded', reason: 'no bus: RABBITMQ_URL is not set' },
      },
    });
  });

  it('documents itself', async () => {
    const { paths } = (await monitor.json('/docs-json')) as { paths: object };

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/messages',
        '/state/{channel}',
        '/list',
        '/rejected',
        '/rockets',
        '/rockets/summary',
        '/rockets/{channel}',
        '/rockets/{channel}/messages',
        '/rockets/{channel}/gaps',
      ]),
    );
    expect((await monitor.get('/docs')).status).toBe(200);
  });
});

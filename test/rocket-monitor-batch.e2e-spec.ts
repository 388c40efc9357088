import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BATCHES_MAX } from '../apps/rocket-monitor/src/rockets/batch-places.js';
import { TestRedis } from './support/redis.js';
import { LAUNCH, RocketMonitorUnderTest, rocketMessage } from './support/rocket-monitor.js';
import { until } from './support/until.js';

interface BatchAnswer {
  readonly status: number;
  readonly body: {
    readonly results: readonly { status: string }[];
    readonly [count: string]: unknown;
  };
}

const faster = (number: number, channel = 'falcon', by = 500) =>
  rocketMessage(number, 'RocketSpeedIncreased', { by }, { channel });
const numbered = (count: number) => Array.from({ length: count }, (_, nr) => faster(nr + 1));
const lines = (bodies: readonly unknown[]) => bodies.map((body) => JSON.stringify(body)).join('\n');

async function send(
  monitor: RocketMonitorUnderTest,
  batch: object | string,
  type = 'application/json',
): Promise<BatchAnswer> {
  const { status, text } = await monitor.postTo('/messages/batch', batch, { 'content-type': type });
  return { status, body: JSON.parse(text) as BatchAnswer['body'] };
}

describe('a batch of messages', () => {
  let monitor: RocketMonitorUnderTest;

  beforeEach(async () => {
    monitor = await RocketMonitorUnderTest.start({ ROCKET_CHANNELS_MAX: 2 });
  });

  afterEach(() => monitor.close());

  const mixed = [
    rocketMessage(1, 'RocketLaunched', LAUNCH, { channel: 'falcon' }),
    faster(2),
    faster(2),
    faster(2, 'falcon', 501),
    faster(0),
    'hello',
    faster(1, 'atlas'),
    faster(1, 'one too many'),
    faster(3),
  ];

  it.each([
    ['an array', JSON.stringify(mixed), 'application/json'],
    ['an array with space around it', `\n  ${JSON.stringify(mixed, null, 2)}\n`, 'text/plain'],
    ['lines', lines(mixed), 'application/x-ndjson'],
    [
      'lines with others between',
      `\r\n${lines(mixed).replaceAll('\n', '\r\n \n')}\n`,
      ';;nonsense',
    ],
  ])('as %s: each is answered for itself, in order', async (_name, batch, type) => {
    const { status, body } = await send(monitor, batch, type);

    expect(status).toBe(200);
    expect(body).toEqual({
      taken: 4,
      duplicates: 1,
      conflicts: 1,
      rejected: 2,
      unavailable: 1,
      results: [
        { status: 'new' },
        { status: 'new' },
        { status: 'duplicate' },
        { status: 'conflict' },
        {
          status: 'rejected',
          code: 'VALIDATION_FAILED',
          detail: 'metadata.messageNumber must not be less than 1',
          errors: [
            {
              field: 'metadata.messageNumber',
              message: 'metadata.messageNumber must not be less than 1',
            },
          ],
        },
        {
          status: 'rejected',
          code: 'VALIDATION_FAILED',
          detail: 'The body must be an object',
          errors: [{ field: 'body', message: 'The body must be an object' }],
        },
        { status: 'new' },
        { status: 'unavailable', code: 'ROCKET_STORE_FULL', detail: expect.any(String) as string },
        { status: 'new' },
      ],
    });
    expect(await monitor.json('/state/falcon')).toMatchObject({ type: 'Falcon-9', speed: 1_500 });
    expect(await monitor.json('/rejected')).toMatchObject([
      { code: 'VALIDATION_FAILED', body: '"hello"' },
      { code: 'VALIDATION_FAILED', body: JSON.stringify(faster(0)) },
    ]);
  });

  it('is taken a second time as repetitions', async () => {
    expect((await send(monitor, numbered(50))).body).toMatchObject({ taken: 50, duplicates: 0 });
    expect((await send(monitor, numbered(50))).body).toMatchObject({ taken: 0, duplicates: 50 });
  });

  it('has a line refused that is not JSON, and the others taken', async () => {
    const { body } = await send(monitor, `${lines([faster(1)])}\nnonsense\n${lines([faster(2)])}`);

    expect(body.results).toMatchObject([
      { status: 'new' },
      { status: 'rejected', code: 'BODY_NOT_JSON' },
      { status: 'new' },
    ]);
    expect(await monitor.json('/rejected')).toMatchObject([{ body: 'nonsense' }]);
  });

  it('takes up to 10,000 messages', async () => {
    const { status, body } = await send(monitor, numbered(10_000));

    expect(status).toBe(200);
    expect(body).toMatchObject({ taken: 10_000 });
    expect(body.results).toHaveLength(10_000);
  });

  it.each([
    ['an array of 10,001', JSON.stringify(numbered(10_001)), 413, 'BODY_TOO_LARGE'],
    ['10,001 lines', lines(numbered(10_001)), 413, 'BODY_TOO_LARGE'],
    ['over 8 MiB', ' '.repeat(8 * 1024 ** 2 + 1), 413, 'BODY_TOO_LARGE'],
    ['nothing', '', 400, 'VALIDATION_FAILED'],
    ['empty lines', '\n \n\r\n', 400, 'VALIDATION_FAILED'],
    ['an empty array', '[]', 400, 'VALIDATION_FAILED'],
    ['half an array', JSON.stringify(mixed).slice(0, -5), 400, 'BODY_NOT_JSON'],
    ['a deep array', '['.repeat(100_000), 400, 'BODY_TOO_DEEP'],
  ])('is refused as a whole with %s', async (_name, batch, status, code) => {
    const answer = await send(monitor, batch);

    expect(answer).toMatchObject({ status, body: { status, code, instance: '/messages/batch' } });
    expect(await monitor.json('/list')).toEqual([]);
  });

  it('has messages refused that alone would be too large, with few of their faults', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, nr) => [`field ${nr}`, nr]));
    const { body } = await send(monitor, [
      many(10_000),
      { ...faster(1), ...many(1_000) },
      faster(1),
    ]);

    expect(body.results).toMatchObject([
      { status: 'rejected', code: 'BODY_TOO_LARGE' },
      { status: 'rejected', code: 'VALIDATION_FAILED' },
      { status: 'new' },
    ]);
    expect((body.results[1] as { errors?: object[] }).errors).toHaveLength(5);
  });

  it('leaves single messages their limit', async () => {
    const long = { ...LAUNCH, mission: 'x'.repeat(33 * 1_024) };

    expect(await monitor.post(rocketMessage(1, 'RocketLaunched', long))).toMatchObject({
      status: 413,
    });
    expect(await monitor.post(faster(1))).toMatchObject({ status: 200, text: 'null' });
  });

  it('is documented', async () => {
    expect(await monitor.json('/docs-json')).toMatchObject({
      paths: {
        '/messages/batch': {
          post: {
            requestBody: { required: true },
            responses: { 200: {}, 400: {}, 413: {}, 503: {} },
          },
        },
      },
      components: { schemas: { BatchResultDto: {}, RocketMessageDto: {} } },
    });
  });
});

describe('many batches at one time', () => {
  it('are four; more are refused, until a sender is answered or gone', async () => {
    const monitor = await RocketMonitorUnderTest.start();
    const sockets: Socket[] = [];
    try {
      for (let nr = 0; nr < BATCHES_MAX; nr += 1) sockets.push(await beginBatch(monitor.url));
      // Single messages go on, and who is refused is told so once all is sent.
      const large = lines(Array.from({ length: 9_000 }, () => faster(1, 'x'.repeat(500))));
      for (const batch of [numbered(2), large])
        expect(await send(monitor, batch)).toMatchObject({
          status: 503,
          body: { code: 'ROCKET_BATCHES_FULL', instance: '/messages/batch' },
        });
      expect(await monitor.post(faster(1, 'atlas'))).toMatchObject({ status: 200 });
      expect(await monitor.json('/list')).toEqual(['atlas']);

      sockets.pop()?.destroy();
      await until(async () => {
        expect(await send(monitor, numbered(2))).toMatchObject({ status: 200 });
      });
      // Whoever is answered makes room for the next.
      for (let nr = 0; nr <= BATCHES_MAX; nr += 1)
        await until(async () => {
          expect(await send(monitor, numbered(2))).toMatchObject({ body: { duplicates: 2 } });
        });
    } finally {
      for (const socket of sockets) socket.destroy();
      await monitor.close();
    }
  });
});

/** A batch whose end stays out; its request has begun when the server asks for the body. */
async function beginBatch(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    'POST /messages/batch HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('100 Continue');
  return socket;
}

describe('a batch of messages for a store that is away', () => {
  it('is refused as a whole, and taken once the store is back', async () => {
    const redis = await TestRedis.start({ appendfsync: 'always' });
    const monitor = await RocketMonitorUnderTest.start({}, null, redis.url);
    try {
      await redis.kill();
      const refused = await send(monitor, numbered(20));
      expect(refused).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });

      await redis.restart();
      await until(async () => {
        expect((await send(monitor, numbered(20))).status).toBe(200);
      });
      expect(await monitor.json('/state/falcon')).toMatchObject({ speed: 10_000 });
    } finally {
      await monitor.close();
      await redis.stop();
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './support/until.js';
import {
  CHANNEL,
  LAUNCH,
  RocketMonitorUnderTest,
  rocketMessage,
  TIME,
} from './support/rocket-monitor.js';

const launch = (given: object = {}, message: object = LAUNCH, number = 1) =>
  rocketMessage(number, 'RocketLaunched', message, given);
const text = JSON.stringify(launch());
const METADATA = `{"channel":"c","messageNumber":1,"messageTime":"${TIME}","messageType":"RocketLaunched"}`;

describe('the rocket monitor, asked badly', () => {
  let monitor: RocketMonitorUnderTest;

  beforeAll(async () => {
    monitor = await RocketMonitorUnderTest.start();
  });

  afterAll(() => monitor.close());

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['half of it', text.slice(0, -5)],
    ['null', 'null'],
    ['a number', '5'],
    ['a word', '"launch"'],
    ['a list', `[${text}]`],
    ['an empty list', '[]'],
    ['an empty object', '{}'],
    ['number 0', JSON.stringify(launch({ messageNumber: 0 }))],
    ['number 1.5', JSON.stringify(launch({ messageNumber: 1.5 }))],
    ['number "1"', JSON.stringify(launch({ messageNumber: '1' }))],
    ['number 2^53', text.replace('"messageNumber":1', '"messageNumber":9007199254740992')],
    ['number 1e999', text.replace('"messageNumber":1', '"messageNumber":1e999')],
    ['an unknown type', JSON.stringify(launch({ messageType: 'RocketLanded' }))],
    ["another type's payload", JSON.stringify(launch({ messageType: 'RocketExploded' }))],
    ['a local time', JSON.stringify(launch({ messageTime: '2022-02-02T19:39:05' }))],
    ['an empty channel', JSON.stringify(launch({ channel: '' }))],
    ['a long channel', JSON.stringify(launch({ channel: 'x'.repeat(129) }))],
    ['a reserved channel', JSON.stringify(launch({ channel: 'latest_update_timestamp' }))],
    ['a reserved ending', JSON.stringify(launch({ channel: `${CHANNEL}-processed` }))],
    ['an unknown field', JSON.stringify({ ...launch(), version: 2 })],
    ['an unknown field inside', JSON.stringify(launch({}, { ...LAUNCH, crew: 3 }))],
    ['a fraction of speed', JSON.stringify(launch({}, { ...LAUNCH, launchSpeed: 0.5 }))],
    ['a payload in a list', `{"metadata":${METADATA},"message":[${JSON.stringify(LAUNCH)}]}`],
    ['metadata in a list', `{"metadata":[${METADATA}],"message":${JSON.stringify(LAUNCH)}}`],
    ['__proto__', text.replace('{', '{"__proto__":{"x":1},')],
    ['a hidden __proto__', text.replace('{', '{"\\u005f_proto__":{"x":1},')],
    ['constructor', text.replace('{', '{"constructor":{"name":"x"},')],
    ['hasOwnProperty', text.replace('{"type"', '{"hasOwnProperty":1,"type"')],
    ['an empty reason', JSON.stringify(rocketMessage(1, 'RocketExploded', { reason: '' }))],
    ['33 levels', '['.repeat(33) + ']'.repeat(33)],
    ['20,000 levels', '['.repeat(20_000)],
  ])('refuses %s with 400 and keeps it', async (_name, body) => {
    const answer = await monitor.post(body);

    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json; charset=utf-8' });
    const problem = JSON.parse(answer.text) as { code: string; detail: string };
    expect(problem).toMatchObject({ status: 400, instance: '/messages' });
    await until(async () => {
      const [newest] = (await monitor.json('/rejected')) as object[];
      expect(newest).toMatchObject({ code: problem.code, detail: problem.detail });
    });
  });

  it('names each field at fault', async () => {
    const { text: answer } = await monitor.post(launch({ messageNumber: 0, channel: '' }));

    const { errors } = JSON.parse(answer) as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field)).toEqual([
      'metadata.channel',
      'metadata.messageNumber',
    ]);
  });

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty'])(
    'names the field %s, and keeps the message as it came',
    async (name) => {
      const body = text.replace('"message":{', `"message":{"${name}":1,`);
      const { errors } = JSON.parse((await monitor.post(body)).text) as { errors: object[] };

      expect(errors).toMatchObject([{ field: `message.${name}` }]);
      await until(async () => {
        expect(await monitor.json('/rejected')).toMatchObject({
          0: { code: 'VALIDATION_FAILED', body },
        });
      });
    },
  );

  it('refuses what is not UTF-8, and keeps what can be read of it', async () => {
    const [before = '', after = ''] = text.split('ARTEMIS');
    const body = Buffer.concat([Buffer.from(before), Buffer.of(0xff), Buffer.from(after)]);
    const response = await fetch(`${monitor.url}/messages`, { method: 'POST', body });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'BODY_NOT_JSON' });
    await until(async () => {
      expect(await monitor.json('/rejected')).toMatchObject({
        0: { code: 'BODY_NOT_JSON', body: `${before}\ufffd${after}` },
      });
    });
  });

  it('refuses a body over 32 KB with 413', async () => {
    const long = launch({}, { ...LAUNCH, mission: 'x'.repeat(33 * 1_024) });

    expect(await monitor.post(long)).toMatchObject({ status: 413 });
  });

  it('stores nothing of what it refused', async () => {
    expect(await monitor.json('/list')).toEqual([]);
  });

  it('keeps the last 1,000 refused bodies, whole or their beginning', async () => {
    const bodies = Array.from({ length: 1_010 }, (_, index) => `bad ${index}`);
    for (const body of bodies) await monitor.post(body);
    await monitor.post('y'.repeat(5_000));

    const kept = (await monitor.json('/rejected')) as { body: string }[];
    expect(kept).toHaveLength(1_000);
    expect(kept[0]?.body).toBe('y'.repeat(4_096));
    expect(kept.slice(1, 3).map(({ body }) => body)).toEqual(['bad 1009', 'bad 1008']);
  });

  it.each(['GET /nowhere', 'GET /messages', 'PUT /messages', 'GET /state/%zz', 'GET /state/a/b'])(
    'answers %s with a problem, not a fault of its own',
    async (line) => {
      const answer = await monitor.raw(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);

      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer).toContain('application/problem+json');
      expect(answer.toLowerCase()).toContain('connection: close');
    },
  );
});

describe('the rocket monitor, on the wire', () => {
  let monitor: RocketMonitorUnderTest;

  beforeAll(async () => {
    monitor = await RocketMonitorUnderTest.start();
  });

  afterAll(() => monitor.close());

  const post = (body: string, ...headers: string[]): string =>
    [
      'POST /messages HTTP/1.1',
      'Host: x',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...headers,
      '',
      body,
    ].join('\r\n');

  it.each([
    [],
    ['Content-Type: application/json'],
    ['Content-Type: text/plain'],
    ['Content-Type: application/x-www-form-urlencoded'],
    ['Content-Type: multipart/form-data'],
    ['Content-Type: ;;nonsense'],
    ['Content-Type:'],
  ])('reads any content type as JSON: %s', async (...headers) => {
    const channel = headers.join('') || 'none';
    const answer = await monitor.raw(post(JSON.stringify(launch({ channel })), ...headers));

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/\r\n\r\nnull$/);
  });

  it.each(['HTTP/1.1 200', 'HTTP/1.1 204', 'HTTP/1.1 400'])(
    'closes the connection after %s when the request does not ask to keep it',
    async (start) => {
      const body = start.endsWith('400') ? 'bad' : JSON.stringify(launch({ channel: 'closing' }));
      const answer = await monitor.raw(post(body));

      expect(answer).toMatch(new RegExp(`^${start} `));
      expect(answer.toLowerCase()).toContain('connection: close');
    },
  );

  it('keeps the connection as long as the requests ask for it', async () => {
    const kept = JSON.stringify(launch({ channel: 'kept' }));
    const answer = await monitor.raw(
      post(kept, 'Connection: Keep-Alive') +
        post('bad', 'connection: foo, keep-alive') +
        post(kept, 'Connection: close'),
    );

    expect(answer.match(/HTTP\/1\.1 \d\d\d/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 400',
      'HTTP/1.1 204',
    ]);
    expect(answer.toLowerCase().match(/connection: \S+/g)).toEqual([
      'connection: keep-alive',
      'connection: keep-alive',
      'connection: close',
    ]);
  });
});

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RocketMonitorUnderTest } from './support/rocket-monitor.js';

const HOST = 'Host: x\r\nConnection: close\r\n';

describe('the rocket monitor, sent what is hardly HTTP', () => {
  let monitor: RocketMonitorUnderTest;

  beforeAll(async () => {
    monitor = await RocketMonitorUnderTest.start();
  });

  afterAll(() => monitor.close());

  /** The bytes as they stand; the status, the headers and the body of what comes back. */
  async function answerTo(request: string) {
    const socket = connect(Number(new URL(monitor.url).port), '127.0.0.1');
    socket.write(Buffer.from(request, 'latin1'));
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n', 2);
    const problem = JSON.parse(body) as object;
    return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), problem };
  }

  const message = (...lines: string[]) => `POST /messages HTTP/1.1\r\n${HOST}${lines.join('\r\n')}`;

  it.each([
    ['two lengths', message('Content-Length: 2', 'Content-Length: 3', '', '{}'), 400, '/messages'],
    ['a bad chunk', message('Transfer-Encoding: chunked', '', 'zz\r\n'), 400, '/messages'],
    ['an unknown method', `BREW /list HTTP/1.1\r\n${HOST}\r\n`, 400, '/list'],
    ['bytes in the address', `GET /state/\xe9 HTTP/1.1\r\n${HOST}\r\n`, 400, '/state/%e9'],
    ['no HTTP at all', 'hello\r\n\r\n', 400, '/'],
    ['an odd address', `GET /state/%zz?a=1 HTTP/1.1\r\n${HOST}\r\n`, 400, '/state/%zz'],
    ['no host', 'GET /list HTTP/1.1\r\nConnection: close\r\n\r\n', 400, '/list'],
    ['an expectation', message('Expect: banana', 'Content-Length: 2', '', '{}'), 417, '/messages'],
    ['long headers', `GET /list HTTP/1.1\r\n${HOST}A: ${'x'.repeat(17_000)}\r\n\r\n`, 431, '/list'],
  ])('answers %s with a problem', async (_name, request, status, instance) => {
    const answer = await answerTo(request);

    expect(answer).toMatchObject({ status, problem: { status, instance } });
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(answer.head).toContain('connection: close');
  });

  it('needs no host of an older client', async () => {
    const socket = connect(Number(new URL(monitor.url).port), '127.0.0.1');
    socket.write('GET /list HTTP/1.0\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n\[\]$/);
  });

  it('says in plain text that a channel with the longest name is silent', async () => {
    const channel = 'x'.repeat(15_000);
    expect(await monitor.get(`/state/${channel}`)).toMatchObject({
      status: 404,
      type: 'text/plain; charset=utf-8',
      text: `No state is received on channel '${channel}'.`,
    });
    expect(await monitor.get(`/rockets/${channel}`)).toMatchObject({ status: 404 });
  });

  it.each([
    ['/state/a?view=exact&as_of=3', ['view', 'as_of']],
    ['/state/a?__proto__=1', ['__proto__']],
    ['/list?constructor=1', ['constructor']],
    ['/rockets?toString=1', ['toString']],
    ['/rockets?view=exact', ['view']],
  ])('refuses what it does not read in %s', async (path, fields) => {
    const { status, text: body } = await monitor.get(path);

    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: fields.map((field) => ({ field })),
    });
  });
});

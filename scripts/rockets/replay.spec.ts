import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileError } from './file-error.js';
import { replay } from './replay.js';
import type { ReplayOptions } from './replay.options.js';

/** What the stand-in answers a request that has these lines. */
type Answer = (lines: readonly string[]) => { status: number; body?: unknown } | 'nothing';

const taking: Answer = (lines) => report(lines.map(() => 'new'));

/** As POST /messages/batch reports, with a status for each line. */
function report(statuses: readonly string[]) {
  const results = statuses.map((status) => ({
    status,
    ...(status === 'rejected' && { code: 'VALIDATION_FAILED', detail: 'it does not fit' }),
  }));
  const count = (wanted: string): number => statuses.filter((one) => one === wanted).length;
  const counts = { taken: count('new'), duplicates: count('duplicate'), conflicts: 0 };
  const refused = { rejected: count('rejected'), unavailable: count('unavailable') };
  return { status: 200, body: { ...counts, ...refused, results } };
}

describe('a replay', () => {
  let folder: string;
  let server: Server;
  let answers: Answer[];
  let requests: { path: string | undefined; lines: string[] }[];
  let printed: { level: string; line: string }[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-replay-'));
    answers = [];
    requests = [];
    printed = [];
    server = createServer((request, response) => {
      void text(request).then((whole) => {
        const lines = whole.split('\n').filter((line) => line !== '');
        requests.push({ path: request.url, lines });
        const answer = (answers.shift() ?? taking)(lines);
        if (answer === 'nothing') return void request.socket.destroy();
        const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
        response.writeHead(answer.status, { connection: 'close' }).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function run(
    lines: readonly string[],
    options: Partial<ReplayOptions> = {},
    signal = new AbortController().signal,
  ): Promise<number> {
    const file = join(folder, 'messages.ndjson');
    await writeFile(file, lines.map((line) => `${line}\n`).join(''));
    const given: ReplayOptions = {
      file,
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`),
      batchSize: 1_000,
      concurrencyLevel: 1,
      keepAlive: false,
      timeoutMs: 60_000,
      logLevel: 'info',
      ...options,
    };
    return replay(given, (level, line) => printed.push({ level, line }), signal);
  }

  const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));
  const errors = (): string[] =>
    printed.filter(({ level }) => level === 'error').map(({ line }) => line);
  const told = (): string[] => printed.map(({ line }) => line);

  it('sends all lines in batches, in order', async () => {
    expect(await run(numbers(25), { batchSize: 10 })).toBe(0);

    expect(requests.map(({ path }) => path)).toEqual(Array(3).fill('/messages/batch'));
    expect(requests.map(({ lines }) => lines.length)).toEqual([10, 10, 5]);
    expect(requests.flatMap(({ lines }) => lines)).toEqual(numbers(25));
    expect(told()).toEqual(
      expect.arrayContaining(['messages   25', 'new        25', 'rejected   0']),
    );
  });

  it('sends all lines once with several senders', async () => {
    expect(await run(numbers(500), { batchSize: 7, concurrencyLevel: 8 })).toBe(0);

    const sent = requests.flatMap(({ lines }) => lines).map(Number);
    expect(sent.toSorted((a, b) => a - b).map(String)).toEqual(numbers(500));
  });

  it('sends again what could not be taken, and nothing else', async () => {
    answers = [
      () => ({ status: 503, body: { code: 'UNAVAILABLE' } }),
      () => 'nothing',
      () => report(['new', 'unavailable', 'duplicate', 'unavailable']),
    ];

    expect(await run(numbers(4))).toBe(0);

    expect(requests.map(({ lines }) => lines)).toEqual([
      numbers(4),
      numbers(4),
      numbers(4),
      ['1', '3'],
    ]);
    expect(told()).toEqual(expect.arrayContaining(['new        3', 'duplicates 1']));
  });

  it('tells the lines that are refused, and those that are not JSON', async () => {
    answers = [() => report(['new', 'rejected', 'new'])];

    expect(await run(['1', 'no', '2', '', '3'])).toBe(1);

    expect(errors()).toEqual(['line 2: not JSON', 'line 3: it does not fit']);
    expect(told()).toEqual(expect.arrayContaining(['messages   4', 'rejected   2']));
  });

  it('finds the line that a whole batch is refused for', async () => {
    const tooLarge: Answer = (lines) =>
      lines.includes('5') ? { status: 413, body: { code: 'BODY_TOO_LARGE' } } : taking(lines);
    answers = Array.from({ length: 20 }, () => tooLarge);

    expect(await run(numbers(8))).toBe(1);

    expect(errors()).toEqual(['line 6: 413 BODY_TOO_LARGE']);
    expect(told()).toEqual(expect.arrayContaining(['new        7']));
  });

  it.each([true, false])('sends single messages, connections kept: %s', async (keepAlive) => {
    const statuses = [200, 204, 503, 200, 400];
    answers = statuses.map((status) => () => ({ status }));

    expect(await run(numbers(4), { batchSize: 1, keepAlive })).toBe(1);

    expect(requests.map(({ path }) => path)).toEqual(Array(5).fill('/messages'));
    expect(requests.flatMap(({ lines }) => lines)).toEqual(['0', '1', '2', '2', '3']);
    expect(errors()).toEqual(['line 4: 400']);
    const counts = ['new        2', 'duplicates 1 (or conflicts)', 'rejected   1'];
    expect(told()).toEqual(expect.arrayContaining(counts));
  });

  it('ends at once at an address that is not that of a monitor', async () => {
    answers = [() => ({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } })];

    expect(await run(numbers(30), { batchSize: 10 })).toBe(1);

    expect(requests).toHaveLength(1);
    expect(errors()[0]).toContain('/messages/batch answered 404 ROUTE_NOT_FOUND');
  });

  it.each([undefined, { taken: 1 }, { ...report(['new']).body, results: [{ status: 'new' }] }])(
    'ends at once at an answer of another kind: %j',
    async (body) => {
      answers = [() => ({ status: 200, body })];

      expect(await run(numbers(2))).toBe(1);

      expect(errors()[0]).toContain('does not answer as POST /messages/batch does');
    },
  );

  it('ends unfinished after its time', async () => {
    const away: Answer = () => ({ status: 503 });
    answers = Array.from({ length: 1_000 }, () => away);

    expect(await run(numbers(3), { timeoutMs: 300 })).toBe(1);

    expect(errors()[0]).toBe('Not all could be sent within 0.3 s.');
    expect(told()).toContain('unsent     3');
  });

  it('ends when it is called off', async () => {
    const calledOff = new AbortController();
    answers = [
      () => {
        calledOff.abort();
        return 'nothing';
      },
    ];

    expect(await run(numbers(3), {}, calledOff.signal)).toBe(1);

    expect(requests).toHaveLength(1);
    expect(errors()).toEqual(['Not all was sent; to replay the file again counts nothing twice.']);
  });

  it('says in a sentence that there is no such file', async () => {
    const missing = join(folder, 'missing.ndjson');

    await expect(run([], { file: missing })).rejects.toThrow(FileError);
    await expect(run([], { file: missing })).rejects.toThrow(/cannot be opened: there is no such/);
    await expect(run([], { file: folder })).rejects.toThrow(/is a folder/);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileError } from './file-error.js';
import { record } from './record.js';
import type { RecordOptions } from './record.options.js';
import { rocketScenario } from './scenario.js';

const SCENARIO = { maxMessages: 2_500, seed: 3, duplicate: 0, shuffle: 0 };

describe('a recording', () => {
  let folder: string;
  let file: string;
  let errors: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-record-'));
    file = join(folder, 'messages.ndjson');
    errors = [];
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = (options: Partial<RecordOptions>, signal = new AbortController().signal) =>
    record(
      { file, source: SCENARIO, logLevel: 'info', ...options },
      (level, line) => void (level === 'error' && errors.push(line)),
      signal,
    );

  const recorded = async (): Promise<unknown[]> => {
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines.pop()).toBe('');
    return lines.map((line) => JSON.parse(line) as unknown);
  };

  it('has the messages of the generator, one a line', async () => {
    expect(await run({})).toBe(0);

    const { messages } = rocketScenario({ seed: 3, messageCount: 2_500 });
    expect(await recorded()).toEqual(messages);
  });

  it('has them as they come, out of order and repeated', async () => {
    await run({ source: { ...SCENARIO, duplicate: 1, shuffle: 9 } });

    const found = await recorded();
    expect(found).toHaveLength(5_000);
    expect(new Set(found.map((message) => JSON.stringify(message))).size).toBe(2_500);
  });

  it('is refused where there is no folder, or one in its place', async () => {
    await expect(run({ file: join(folder, 'no', 'file') })).rejects.toThrow(FileError);
    await expect(run({ file: folder })).rejects.toThrow(/is a folder/);
  });

  describe('of a monitor', () => {
    let server: Server;
    let channels: { channel: string; messages_taken: number }[];
    let histories: Map<string, object[]>;
    let paths: string[];

    beforeEach(async () => {
      channels = [];
      histories = new Map();
      paths = [];
      server = createServer((request, response) => {
        paths.push(request.url ?? '');
        const url = new URL(request.url ?? '', 'http://monitor');
        const [, , channel] = url.pathname.split('/');
        const all =
          channel === undefined ? channels : (histories.get(decodeURIComponent(channel)) ?? null);
        if (all === null) return void response.writeHead(404).end('{}');
        // Two to a page, whatever is asked for.
        const from = Number(url.searchParams.get('cursor'));
        url.searchParams.set('cursor', String(from + 2));
        const link = `<${url.pathname}${url.search}>; rel="next"`;
        response.writeHead(200, from + 2 < all.length ? { link } : {});
        response.end(JSON.stringify(all.slice(from, from + 2)));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });

    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    const from = (): URL =>
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`);

    const fly = (channel: string, count: number): object[] => {
      const envelopes = Array.from({ length: count }, (_, at) => ({
        metadata: { channel, messageNumber: at + 1 },
        message: { by: at },
      }));
      channels.push({ channel, messages_taken: count });
      const history = envelopes.map((envelope, at) => ({ number: at + 1, envelope }));
      histories.set(channel, history);
      return envelopes;
    };

    it('has every message of every rocket as it came, page for page', async () => {
      const sent = [...fly('a', 5), ...fly('b/c d', 1), ...fly('e', 4)];

      expect(await run({ source: from() })).toBe(0);

      expect(await recorded()).toEqual(sent);
      expect(paths).toContain('/rockets?limit=1000');
      expect(paths).toContain('/rockets/b%2Fc%20d/messages?order=received&limit=1000');
      expect(errors).toEqual([]);
    });

    it('says which rockets have more messages than are kept', async () => {
      fly('a', 2);
      channels.push({ channel: 'b', messages_taken: 9 });
      histories.set('b', [{ number: 9, envelope: {} }]);

      expect(await run({ source: from() })).toBe(1);

      expect(await recorded()).toHaveLength(3);
      expect(errors).toEqual(['rocket b: 1 of 9 messages are kept']);
    });

    it('leaves what was there when it breaks off', async () => {
      await writeFile(file, 'before');
      fly('a', 3);
      channels.push({ channel: 'gone', messages_taken: 1 });

      expect(await run({ source: from() })).toBe(1);

      expect(await readFile(file, 'utf8')).toBe('before');
      expect(await readdir(folder)).toEqual(['messages.ndjson']);
      expect(errors[0]).toMatch(/\/rockets\/gone\/messages.* answered 404\. Nothing is recorded\./);
    });

    it('does not go round in circles', async () => {
      fly('a', 1);
      server.prependListener('request', ({ url }, response) => {
        response.setHeader('link', `<${url}>; rel="next"`);
      });

      expect(await run({ source: from() })).toBe(1);

      expect(errors[0]).toContain('is followed by nothing new');
    });

    it('ends when it is called off', async () => {
      fly('a', 1);

      expect(await run({ source: from() }, AbortSignal.abort())).toBe(1);

      expect(errors).toEqual(['Interrupted. Nothing is recorded.']);
      expect(await readdir(folder)).toEqual([]);
    });

    it('says in a sentence that nobody answers', async () => {
      const source = from();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));

      expect(await run({ source })).toBe(1);

      expect(errors[0]).toMatch(/does not answer\. Nothing is recorded\./);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
  });
});

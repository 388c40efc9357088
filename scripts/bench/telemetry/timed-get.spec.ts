import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, getEach } from './timed-get.js';

const PATIENCE_MS = 30_000;

describe('questions whose answers are timed', () => {
  const { signal } = new AbortController();
  let server: Server;
  let url: string;
  let connectionCount: number;

  beforeEach(async () => {
    connectionCount = 0;
    server = createServer((request, response) => {
      if (request.url === '/none') return response.writeHead(404).end('none');
      response.write('PAR1,a\n');
      setImmediate(() => response.end('1\n2\nPAR2'));
      return response;
    });
    server.on('connection', () => (connectionCount += 1)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('go over one connection, and are counted to the last byte', async () => {
    const answers = await getEach([url, `${url}/none`, url], 0, signal);

    expect(answers.map(({ status, bytes }) => [status, bytes])).toEqual([
      [200, 15],
      [404, 4],
      [200, 15],
    ]);
    expect(connectionCount).toBe(1);
  });

  it('tell of a long answer how many lines it has, and its edges', async () => {
    expect(await download(url, PATIENCE_MS, signal)).toMatchObject({
      status: 200,
      bytes: 15,
      lines: 3,
      edges: ['PAR1', 'PAR2'],
    });
  });

  it('end when they are called off', async () => {
    await expect(download(url, PATIENCE_MS, AbortSignal.abort())).rejects.toThrow(/abort/);
  });
});

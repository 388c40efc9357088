import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendAll } from './sender.js';

describe('a sender', () => {
  let server: Server;
  let statuses: number[];
  let connectionCount: number;
  const bodies: string[] = [];
  const connections: (string | undefined)[] = [];

  beforeEach(async () => {
    statuses = [];
    connectionCount = 0;
    bodies.length = 0;
    connections.length = 0;
    server = createServer((request, response) => {
      void take(request).then(() => {
        const isKept = request.headers.connection === 'keep-alive';
        response.writeHead(statuses.shift() ?? 200, isKept ? {} : { connection: 'close' });
        response.end();
      });
    });
    server.on('connection', () => (connectionCount += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const take = async (request: IncomingMessage): Promise<void> => {
    connections.push(request.headers.connection);
    bodies.push(await text(request));
  };

  const send = async (count: number, keepAlive: boolean): Promise<string[]> => {
    const answers: string[] = [];
    await sendAll(
      Array.from({ length: count }, (_, n) => ({ n })),
      {
        url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/messages`),
        keepAlive,
        concurrencyLevel: 1,
        messageDelayMs: 0,
        onAnswer: (answer) => void answers.push(answer),
        signal: new AbortController().signal,
      },
    );
    return answers;
  };

  it('opens a connection per message, in order, and says nothing of closing it', async () => {
    expect(await send(3, false)).toEqual(['200', '200', '200']);

    expect(bodies).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
    expect(connectionCount).toBe(3);
    expect(connections).toEqual([undefined, undefined, undefined]);
  });

  it('uses one connection again when asked to', async () => {
    expect(await send(3, true)).toEqual(['200', '200', '200']);

    expect(connectionCount).toBe(1);
  });

  it('repeats a message until it is taken', async () => {
    statuses = [503, 400, 204];

    expect(await send(2, false)).toEqual(['503', '400', '204', '200']);
    expect(bodies).toEqual(['{"n":0}', '{"n":0}', '{"n":0}', '{"n":1}']);
  });
});

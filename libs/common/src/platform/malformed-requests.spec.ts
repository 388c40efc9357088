import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { answerParserFault } from './malformed-requests.js';

describe('a request that cannot be read to its end', () => {
  let server: Server;

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  async function askWith(request: string, listener: RequestListener): Promise<string> {
    const timeouts = { requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 10 };
    server = createServer(timeouts, listener).on('clientError', answerParserFault);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(request);
    return text(socket);
  }

  it('is answered with 408 when it does not come in time', async () => {
    const answer = await askWith('POST /messages HTTP/1.1\r\nHost: x\r\n', () => undefined);

    expect(answer).toMatch(/^HTTP\/1\.1 408 Request timeout\r\n/);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      status: 408,
      code: 'REQUEST_TIMEOUT',
    });
  });

  it('is answered no more once its answer has begun', async () => {
    const head = 'POST /messages HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    const answer = await askWith(head, (_request, response) => {
      response.writeHead(200).write('begun');
    });

    expect(answer).toContain('begun');
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

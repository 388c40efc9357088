import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#common/domain';
import { ShipRefusedError } from '../receptions/spaceship.port.js';
import { HttpSpaceship } from './http-spaceship.client.js';

describe('HttpSpaceship', () => {
  let server: Server;
  let ship: HttpSpaceship;
  let asked: { method: string | undefined; url: string | undefined; body: unknown }[];
  let answer: { status: number; body: string };

  beforeEach(async () => {
    asked = [];
    answer = { status: 200, body: '{}' };
    server = createServer((request, response) => {
      void note(request).then(() => response.writeHead(answer.status).end(answer.body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    ship = new HttpSpaceship({ url: `http://127.0.0.1:${port}`, address: '127.0.0.1' });
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function note(request: IncomingMessage): Promise<void> {
    const body = await text(request);
    const { method, url } = request;
    asked.push({ method, url, body: body === '' ? null : JSON.parse(body) });
  }

  const order = {
    shipName: 'USS Enterprise',
    address: { port: 10_015, apid: 7 },
    stream: { format: 'ccsds' as const, interval: 0.1 },
    until: parseInstant('2030-01-01T00:00:00Z')!,
    key: null,
  };

  it('hands over the key of a contact that has one, when the stream begins and never again', async () => {
    answer.body = '{"event_key":"key"}';
    await ship.start({ ...order, key: Uint8Array.of(0, 0x1f, 0xff) });
    await ship.redirect('key', order.address);

    expect(asked[0]?.body).toMatchObject({ key: '001fff' });
    expect(asked[1]?.body).toEqual({ host: '127.0.0.1', port: 10_015, apid: 7 });
  });

  it('names its address, the port and the APID', async () => {
    answer.body = '{"event_key":"key","first_sequence":5}';

    expect(await ship.start(order)).toEqual({ eventKey: 'key', firstSequence: 5 });
    expect(asked).toEqual([
      {
        method: 'POST',
        url: '/stream/',
        body: {
          format: 'ccsds',
          interval: 0.1,
          host: '127.0.0.1',
          port: 10_015,
          ship_name: 'USS Enterprise',
          apid: 7,
          until: '2030-01-01T00:00:00.000Z',
        },
      },
    ]);
  });

  it('takes 1 for the first number of a ship that names none', async () => {
    answer.body = '{"event_key":"key"}';

    expect((await ship.start(order)).firstSequence).toBeNull();
  });

  it('says what the ship sent, as far as it tells', async () => {
    answer.body = '{"last_sequence":9,"sent":8}';
    expect(await ship.stop('a/b')).toEqual({ lastSequence: 9, sent: 8 });
    answer.body = '{"message":"Communication stopped"}';
    expect(await ship.stop('key')).toEqual({ lastSequence: null, sent: null });

    expect(asked[0]).toMatchObject({ method: 'DELETE', url: '/stream/a%2Fb' });
  });

  it('knows from 404 that a stream is gone', async () => {
    answer = { status: 404, body: '{"detail":"Event key not found"}' };

    expect(await ship.stop('key')).toBeNull();
    expect(await ship.progress('key')).toBeNull();
    expect(await ship.redirect('key', { port: 41_000, apid: null })).toBeNull();
  });

  it('redirects a stream, and hears how much went the old way', async () => {
    const address = { port: 10_015, apid: 7 };
    answer.body = '{"message":"Communication redirected","last_sequence":9,"sent":8}';
    expect(await ship.redirect('key', address)).toEqual({ lastSequence: 9, sent: 8 });
    answer.body = '{"message":"Communication redirected"}';
    expect(await ship.redirect('key', address)).toEqual({ lastSequence: null, sent: null });
    expect(asked[0]).toMatchObject({
      method: 'PATCH',
      url: '/stream/key',
      body: { host: '127.0.0.1', port: 10_015, apid: 7 },
    });
  });

  it.each([
    [404, '{"detail":"Cannot PATCH /stream/key"}'],
    [405, '{"detail":"Method Not Allowed"}'],
  ])('takes %s %s for a ship that cannot redirect', async (status, body) => {
    answer = { status, body };

    await expect(ship.redirect('key', { port: 41_000, apid: null })).rejects.toThrow(
      ShipRefusedError,
    );
  });

  it('tells a refusal from a fault that may pass', async () => {
    answer = { status: 400, body: '{"detail":"Target refused"}' };
    await expect(ship.start(order)).rejects.toThrow(new ShipRefusedError('400 Target refused'));

    for (const status of [429, 500, 503]) {
      answer = { status, body: 'oops' };
      await expect(ship.start(order)).rejects.toMatchObject({
        name: 'ShipUnreachableError',
        isInDoubt: false,
      });
    }
  });

  it('is in doubt when the answer was lost, and not when nobody listened', async () => {
    server.removeAllListeners('request');
    server.on('request', (request) => request.socket.destroy());
    await expect(ship.start(order)).rejects.toMatchObject({ isInDoubt: true });

    server.close();
    await once(server, 'close');
    await expect(ship.start(order)).rejects.toMatchObject({ isInDoubt: false });
  });

  it('knows from where its datagrams come', async () => {
    expect(await ship.addresses()).toEqual(new Set(['127.0.0.1']));
    const unknown = new HttpSpaceship({ url: 'http://ship.invalid', address: '127.0.0.1' });
    await expect(unknown.addresses()).rejects.toMatchObject({ name: 'ShipUnreachableError' });
  });
});

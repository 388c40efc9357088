import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ShipCount, shipCounts } from './ship-counts.js';

async function allOf(url: string): Promise<ShipCount[]> {
  const ships: ShipCount[] = [];
  for await (const ship of shipCounts(url)) ships.push(ship);
  return ships;
}

describe('the counts of ships', () => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const isFirst = !request.url?.includes('cursor');
      if (isFirst) response.setHeader('link', '</ships?limit=1&cursor=x>; rel="next"');
      const name = isFirst ? 'USS Enterprise' : 'Voyager';
      response.end(JSON.stringify([{ name, samples: isFirst ? 5 : 7 }]));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('come from every page', async () => {
    expect(await allOf(url)).toEqual([
      { name: 'USS Enterprise', samples: 5 },
      { name: 'Voyager', samples: 7 },
    ]);
  });

  it('are refused in one line when nobody answers', async () => {
    server.close();
    await once(server, 'close');

    await expect(shipCounts(url).next()).rejects.toThrow(`No ingestor answers at ${url}`);
  });
});

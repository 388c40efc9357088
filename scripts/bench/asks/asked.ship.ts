import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Answer = readonly [status: number, body: object];

const UNKNOWN: Answer = [404, { detail: 'Event key not found' }];

/** Speaks as a ship does (WIRE, section "Spaceship"), sends nothing, and notes when it was asked. */
export class AskedShip {
  readonly #askedAtMs = new Map<string, number>();
  readonly #streams = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<AskedShip> {
    const ship = new AskedShip();
    ship.#server.listen(0, '127.0.0.1');
    await once(ship.#server, 'listening');
    return ship;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Milliseconds since 1970 at which a ship was asked first; null when it was not yet. */
  askedAtMs(shipName: string): number | null {
    return this.#askedAtMs.get(shipName) ?? null;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // With the head of the request: its body may be read after those of others.
    const atMs = performance.timeOrigin + performance.now();
    const [status, body] = await this.#answer(request, atMs).catch((fault: unknown): Answer => [
      500,
      { detail: String(fault) },
    ]);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, atMs: number): Promise<Answer> {
    if (request.method === 'POST') {
      const { ship_name } = (await json(request)) as { ship_name: string };
      if (!this.#askedAtMs.has(ship_name)) this.#askedAtMs.set(ship_name, atMs);
      const key = randomUUID();
      this.#streams.add(key);
      return [200, { message: 'Communication started', event_key: key, first_sequence: 1 }];
    }
    if (request.url?.startsWith('/healthcheck'))
      return [200, { message: 'Service is up and running.' }];
    const key = request.url?.split('/')[2] ?? '';
    if (request.method !== 'DELETE' || !this.#streams.delete(key)) return UNKNOWN;
    return [200, { message: 'Communication stopped', sent: 0, last_sequence: 0 }];
  }
}

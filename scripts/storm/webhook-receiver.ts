import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '#common/embedded';
import { type KnownChange, knownChangeOf } from './change-fact.js';
import { isGenuine } from './genuine.js';
import { Refusals } from './refusals.js';

/** A call that was answered with 2xx. */
export interface TakenCall extends KnownChange {
  /** Of the header, the same for each try of a change. */
  readonly callId: string;
}

const BODY_BYTES_MAX = 65_536;
const TAKEN_MAX = 1_000_000;
const FORGED_MAX = 100;
const SECRET_BYTES = 32;

/** Whom the scheduler calls with each change: it checks each call, and now and then refuses one. */
export class WebhookReceiver {
  /** In the order of the answers. */
  readonly taken: TakenCall[] = [];
  /** Calls that are not the scheduler's, or are no change. */
  readonly forged: string[] = [];
  readonly refusals = new Refusals();
  readonly secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve, reject) => {
      receiver.#server.once('error', reject).listen(0, LOOPBACK, resolve);
    });
    return receiver;
  }

  get url(): string {
    return `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}/storm`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) request.destroy();
      else chunks.push(chunk);
    });
    request.on('error', () => undefined);
    // A caller that is killed in the middle leaves no end.
    request.once('end', () => this.#take(request, Buffer.concat(chunks).toString(), response));
  }

  #take({ headers }: IncomingMessage, body: string, response: ServerResponse): void {
    const change = isGenuine(headers, body, this.secret) ? changeIn(body) : null;
    if (change === null) {
      if (this.forged.length < FORGED_MAX) this.forged.push(body.slice(0, 300));
      return void response.writeHead(400).end();
    }
    const refusal = this.refusals.of(change.number, performance.now());
    if (refusal === 'silence') return;
    if (refusal === 'fault' || this.taken.length >= TAKEN_MAX)
      return void response.writeHead(500).end();
    this.taken.push({ ...change, callId: String(headers['webhook-id']) });
    response.writeHead(204).end();
  }
}

/** The type has to say what the change does. */
function changeIn(body: string): KnownChange | null {
  try {
    const { type, data } = JSON.parse(body) as { type?: unknown; data?: unknown };
    const change = knownChangeOf(data);
    return change !== null && type === `contact.${change.state}` ? change : null;
  } catch {
    return null;
  }
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import type { BatterySender, SendOrder, SendOutcome } from './battery-sender.js';
import type { NativeRun } from './native-programs.js';

/** What a ship shall send once it is asked for its stream: where to, the asker says. */
export type Flight = Omit<SendOrder, 'port' | 'apid'>;

type Sender = Pick<BatterySender, 'send'>;

interface Stream {
  readonly flight: Flight;
  readonly run: NativeRun<SendOutcome>;
  sent: number | null;
}

interface Planned {
  readonly flight: Flight;
  readonly onStart: (run: NativeRun<SendOutcome>) => void;
}

type Answer = readonly [status: number, body: object];

const UNKNOWN: Answer = [404, { detail: 'Event key not found' }];

/** Speaks as a ship does (WIRE, section "Spaceship"), and has the sender send in its name. */
export class ShipStandIn {
  readonly #planned = new Map<string, Planned>();
  readonly #streams = new Map<string, Stream>();
  readonly #server: Server;

  private constructor(private readonly sender: Sender) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(sender: Sender): Promise<ShipStandIn> {
    const ship = new ShipStandIn(sender);
    ship.#server.listen(0, '127.0.0.1');
    await once(ship.#server, 'listening');
    return ship;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the ship of this name sends; the run once it was asked for. */
  plan(shipName: string, flight: Flight): Promise<NativeRun<SendOutcome>> {
    return new Promise((onStart) => this.#planned.set(shipName, { flight, onStart }));
  }

  async close(): Promise<void> {
    for (const { run } of this.#streams.values()) run.stop();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, body] = await this.#answer(request).catch((fault: unknown): Answer => [
      500,
      { detail: String(fault) },
    ]);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const key = /^\/stream\/([^/]+)\/?$/.exec(request.url ?? '')?.[1];
    if (request.method === 'POST') return this.#start((await json(request)) as StreamRequest);
    if (key === undefined) return [200, { number_of_active_streams: this.#streams.size }];
    const stream = this.#streams.get(key);
    if (stream === undefined) return UNKNOWN;
    if (request.method === 'GET') return [200, stateOf(stream)];
    // The sender has one address for its whole life.
    if (request.method === 'PATCH') return [409, { detail: 'This ship stays where it is' }];
    if (request.method === 'DELETE') return this.#stop(key, stream);
    return [405, { detail: 'No such method' }];
  }

  #start({ ship_name, port, apid }: StreamRequest): Answer {
    const planned = this.#planned.get(ship_name);
    if (planned === undefined) return [400, { detail: `Nothing is planned for ${ship_name}` }];
    const key = randomUUID();
    const run = this.sender.send({ ...planned.flight, port, apid });
    this.#planned.delete(ship_name);
    const stream: Stream = { flight: planned.flight, run, sent: null };
    this.#streams.set(key, stream);
    void run.outcome.then(
      ({ sent }) => (stream.sent = sent),
      () => undefined,
    );
    planned.onStart(run);
    const started = { message: 'Communication started', event_key: key, first_sequence: 1 };
    return [200, started];
  }

  async #stop(key: string, stream: Stream): Promise<Answer> {
    stream.run.stop();
    const { sent } = await stream.run.outcome;
    this.#streams.delete(key);
    const last_sequence = lastSequenceOf(stream.flight, sent);
    return [200, { message: 'Communication stopped', sent, last_sequence }];
  }
}

interface StreamRequest {
  readonly ship_name: string;
  readonly port: number;
  readonly apid: number;
}

function stateOf({ flight, sent }: Stream): object {
  if (sent === null) return { phase: 'sending', sent: null, last_sequence: null };
  return { phase: 'ended', sent, last_sequence: lastSequenceOf(flight, sent) };
}

const lastSequenceOf = ({ numbers = 0 }: Flight, sent: number): number =>
  numbers > 0 ? Math.min(numbers, sent) : sent;

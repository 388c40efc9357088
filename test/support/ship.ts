import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import {
  encodeBatteryPacket,
  encodeBatteryText,
  encodeClosingPacket,
  type StreamRequestDto,
} from '#common/contracts';

const CLOSING_PACKETS = 3;
const START_DEADLINE_MS = 5_000;
export const SHIP_EPOCH_MS = Date.UTC(2030, 0, 1);

/** What a test makes the ship answer: to `POST /stream/`, or to `DELETE`. */
export interface Script {
  start?: () => { readonly status: number; readonly body: object } | 'silence' | null;
  stop?: () => { readonly status: number; readonly body: object } | null;
}

type StreamRequest = Readonly<Pick<StreamRequestDto, keyof StreamRequestDto>>;

/** A stream that the fake ship agreed to. It sends only what a test tells it to. */
export interface FakeStream {
  readonly eventKey: string;
  readonly request: StreamRequest;
  last: number;
  sent: number;
  isStopped: boolean;
}

/** A ship whose every datagram is written by the test. */
export class FakeShip {
  readonly streams: FakeStream[] = [];
  readonly requests: string[] = [];
  /** What was asked for, granted or not. */
  readonly orders: StreamRequest[] = [];
  readonly script: Script = {};
  readonly #server: Server;
  readonly #socket: Socket = createSocket('udp4');
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((answer) => {
        if (answer === null) return;
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens, on the port of before if it had one. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** As when the network breaks in the middle of an answer. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  /** Refuses connections from now on. */
  async hangUp(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async close(): Promise<void> {
    this.#socket.close();
    if (this.#server.listening) await this.hangUp();
  }

  /** The newest stream, once there are `count`. */
  async nextStream(count = 1): Promise<FakeStream> {
    const giveUpAt = performance.now() + START_DEADLINE_MS;
    while (this.streams.length < count) {
      if (performance.now() > giveUpAt) throw new Error('Nobody asked the ship for a stream');
      await wait(5);
    }
    return this.streams[count - 1]!;
  }

  packet(stream: FakeStream, sequence: number, batteries = 1): Buffer {
    return encodeBatteryPacket({
      apid: stream.request.apid!,
      sequence,
      generatedAtMs: SHIP_EPOCH_MS + sequence,
      records: Array.from({ length: batteries }, (_, battery) => ({
        battery,
        mode: 'discharging' as const,
        volts: 28 + battery,
        amperes: -1.5,
        celsius: 21.25,
        charge: 87.5,
      })),
    });
  }

  /** One bit is wrong, so its CRC does not fit. */
  damaged(stream: FakeStream, sequence: number): Buffer {
    const bytes = this.packet(stream, sequence);
    bytes[22]! ^= 0x10;
    return bytes;
  }

  text(number: number): Buffer {
    const generatedAt = (SHIP_EPOCH_MS + number) * 1_000;
    return Buffer.from(encodeBatteryText({ generatedAt, volts: 10 + (number % 20) }));
  }

  /** The datagrams leave in this order; `last` and `sent` are what the ship will state. */
  async send(
    stream: FakeStream,
    datagrams: readonly (Buffer | string)[],
    from: Socket = this.#socket,
  ): Promise<void> {
    const { host, port } = stream.request;
    for (const datagram of datagrams)
      await new Promise<void>((resolve, reject) => {
        from.send(datagram, port, host, (fault) => (fault ? reject(fault) : resolve()));
      });
  }

  async #answer(
    request: IncomingMessage,
  ): Promise<{ readonly status: number; readonly body: object } | null> {
    const { method = 'GET', url = '/' } = request;
    this.requests.push(`${method} ${url}`);
    if (method === 'POST') return this.#start(JSON.parse(await text(request)));
    const stream = this.streams.find(({ eventKey }) => url === `/stream/${eventKey}`);
    if (!stream || stream.isStopped)
      return { status: 404, body: { detail: 'Event key not found' } };
    const { eventKey: event_key, last: last_sequence, sent } = stream;
    if (method === 'GET') return { status: 200, body: { event_key, last_sequence, sent } };
    if (method === 'PATCH') {
      Object.assign(stream.request, JSON.parse(await text(request)));
      const message = 'Communication redirected';
      return { status: 200, body: { message, event_key, last_sequence, sent } };
    }
    return this.#stop(stream);
  }

  #start(request: StreamRequest): { readonly status: number; readonly body: object } | null {
    this.orders.push(request);
    const answer = this.script.start?.();
    if (answer === 'silence') return null;
    if (answer) return answer;
    const eventKey = `stream-${this.streams.length + 1}`;
    this.streams.push({ eventKey, request, last: 0, sent: 0, isStopped: false });
    const message = 'Communication started';
    return { status: 200, body: { message, event_key: eventKey, first_sequence: 1 } };
  }

  async #stop(stream: FakeStream): Promise<{ readonly status: number; readonly body: object }> {
    const answer = this.script.stop?.();
    if (answer) return answer;
    stream.isStopped = true;
    const { apid } = stream.request;
    if (apid !== undefined) {
      const closing = encodeClosingPacket(apid, stream.last, SHIP_EPOCH_MS);
      await this.send(
        stream,
        Array.from({ length: CLOSING_PACKETS }, () => closing),
      );
    }
    const { last: last_sequence, sent } = stream;
    return { status: 200, body: { message: 'Communication stopped', last_sequence, sent } };
  }
}

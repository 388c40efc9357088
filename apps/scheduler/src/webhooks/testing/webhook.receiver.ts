import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly message: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** What a receiver does with a call: a status, or nothing at all, or its own answer. */
export type Answering =
  number | 'hang' | 'cut' | ((call: ReceivedCall, response: ServerResponse) => void);

/** A receiver of webhooks, as a user would run one. */
export class WebhookReceiver {
  readonly calls: ReceivedCall[] = [];
  /** Those that were answered with 200. */
  readonly taken: ReceivedCall[] = [];
  answering: (nr: number, call: ReceivedCall) => Answering = () => 200;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#take(request, response, Buffer.concat(chunks).toString()));
    });
  }

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => {
      receiver.#server.listen(0, '127.0.0.1', resolve);
    });
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  get takenNumbers(): number[] {
    return this.taken.map(({ message }) => Number(message.data['number']));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(request: IncomingMessage, response: ServerResponse, body: string): void {
    const message = JSON.parse(body) as ReceivedCall['message'];
    const call: ReceivedCall = { headers: request.headers, body, message };
    this.calls.push(call);
    const answer = this.answering(this.calls.length, call);
    if (answer === 'hang') return;
    if (answer === 'cut') return void request.socket.destroy();
    if (typeof answer === 'function') return answer(call, response);
    if (answer === 200) this.taken.push(call);
    response.writeHead(answer).end();
  }
}

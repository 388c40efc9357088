import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * Sends one request after the other on one connection, on the bare socket: a whole HTTP client costs
 * more than what it would measure.
 */
export class LoadConnection {
  readonly #socket: Socket;
  #answer = '';
  #onAnswer: (status: string) => void = () => undefined;
  #onFault: (fault: Error) => void = () => undefined;

  constructor(url: URL) {
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.setEncoding('latin1').on('data', (chunk: string) => this.#read(chunk));
    this.#socket.on('error', (fault) => this.#onFault(fault));
    this.#socket.on('close', () => this.#onFault(new Error('The connection was closed.')));
  }

  /** The status of the answer. */
  ask(request: Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#onAnswer = resolve;
      this.#onFault = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#answer += chunk;
    const headEnd = this.#answer.indexOf(HEAD_END);
    if (headEnd === -1) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#answer)?.[1] ?? '0';
    if (this.#answer.length < headEnd + HEAD_END.length + Number(length)) return;
    const status = this.#answer.slice(9, 12);
    this.#answer = '';
    this.#onAnswer(status);
  }
}

/** A message as a request that asks to keep the connection. */
export function requestOf(url: URL, body: string): Buffer {
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: keep-alive',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}${HEAD_END}${body}`);
}

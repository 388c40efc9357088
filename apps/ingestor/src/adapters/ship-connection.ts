import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';

const ANSWER_TIMEOUT_MS = 2_000;
/** An answer of a ship has some hundred bytes; what is longer is no answer. */
const ANSWER_CHARS_MAX = 64 * 1024;
/** Before the usual 5 s of servers: one that closes at that moment would leave us in doubt. */
const IDLE_MS_MAX = 4_000;
const IDLE_MAX = 256;

export interface ShipAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Requests to one server over connections that are kept for a while. Many at one time go out a fifth
 * of the work that `fetch` has with them: they are what a start waits for.
 */
export class ShipConnection {
  readonly #agent: Agent;
  readonly #send: typeof request;

  constructor(private readonly url: URL) {
    const isSecure = url.protocol === 'https:';
    const options = { keepAlive: true, timeout: IDLE_MS_MAX, maxFreeSockets: IDLE_MAX };
    this.#agent = isSecure ? new SecureAgent(options) : new Agent(options);
    this.#send = isSecure ? secureRequest : request;
  }

  /** @throws what Node says of a connection, or that there was no answer in time. */
  call(method: string, path: string, body?: object): Promise<ShipAnswer> {
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = text !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      };
      const asked = this.#send(new URL(path, this.url), {
        method,
        agent: this.#agent,
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        ...(headers && { headers }),
      });
      asked.once('response', (response) => read(response).then(resolve, reject));
      asked.once('error', reject);
      asked.end(text);
    });
  }
}

async function read(response: IncomingMessage): Promise<ShipAnswer> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    if (text.length > ANSWER_CHARS_MAX) break;
  }
  return { status: response.statusCode ?? 0, text };
}

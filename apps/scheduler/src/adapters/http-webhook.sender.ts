import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { type Clock, Gate } from '#common/platform';
import {
  type WebhookAnswer,
  type WebhookCall,
  WebhookSender,
} from '../webhooks/webhook-sender.port.js';
import { hostOf, type WebhookTargets } from '../webhooks/webhook-targets.js';

/** Nobody reads it, but a receiver may be in the middle of writing it. */
const ANSWER_BYTES_MAX = 16_384;
/** Each holds a thread of the few that also read files. */
const LOOKUPS_MAX = 2;
const ERROR_CHARS_MAX = 200;

const REFUSED = 'The address is not within the networks that may be called';
const TIMEOUT = 'No answer in time';

const lookupAll = promisify(resolve);

/** Receivers by HTTP. Where a name leads is judged by the very address that is connected to. */
export class HttpWebhookSender extends WebhookSender {
  readonly #lookups = new Gate(LOOKUPS_MAX);

  constructor(
    private readonly targets: WebhookTargets,
    private readonly clock: Clock,
    private readonly answerMsMax: number,
  ) {
    super();
  }

  async send(call: WebhookCall): Promise<WebhookAnswer> {
    const begun = this.clock.monotonicMs();
    const said = await this.#post(call).then(
      (status) => ({ status, error: null }),
      (fault: unknown) => ({ status: null, error: reasonOf(fault) }),
    );
    return { ...said, durationMs: Math.round(this.clock.monotonicMs() - begun) };
  }

  #post({ url, headers, body }: WebhookCall): Promise<number> {
    const host = hostOf(url);
    return new Promise((resolve, reject) => {
      if (isIP(host) !== 0 && !this.targets.allows(host)) throw new Error(REFUSED);
      const request = this.#request(url, { ...headers, 'content-length': Buffer.byteLength(body) });
      const cancel = this.clock.after(this.answerMsMax, () => request.destroy(new Error(TIMEOUT)));
      request.once('close', cancel);
      request.on('error', reject);
      request.once('response', (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) response.destroy();
        });
        response.on('error', () => undefined);
        resolve(response.statusCode ?? 0);
      });
      request.end(body);
    });
  }

  #request(url: string, headers: Record<string, string | number>): ClientRequest {
    const ask = url.startsWith('https:') ? httpsRequest : httpRequest;
    // A connection of its own: a receiver that closes idle ones costs no try.
    return ask(url, { method: 'POST', headers, agent: false, lookup: this.#lookup });
  }

  readonly #lookup: LookupFunction = (host, options, answer) => {
    this.#lookups
      .run(() => this.#allowed(host, options))
      .then(
        (allowed) => {
          if (options.all) answer(null, allowed);
          else answer(null, allowed[0]!.address, allowed[0]!.family);
        },
        (fault: Error) => answer(fault, []),
      );
  };

  async #allowed(host: string, { family, hints }: LookupOptions): Promise<LookupAddress[]> {
    const wish = { ...(family !== undefined && { family }), ...(hints !== undefined && { hints }) };
    const found = await lookupAll(host, { ...wish, all: true });
    const allowed = found.filter(({ address }) => this.targets.allows(address));
    if (allowed.length === 0) throw new Error(REFUSED);
    return allowed;
  }
}

/** Short, and without what a receiver could put into it. */
function reasonOf(fault: unknown): string {
  const { code, message } = fault as NodeJS.ErrnoException;
  return (code ?? message).slice(0, ERROR_CHARS_MAX);
}

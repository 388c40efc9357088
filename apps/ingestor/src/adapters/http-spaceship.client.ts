import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { formatInstant } from '#common/domain';
import type { ReceptionAddress } from '../receptions/reception-store.port.js';
import {
  type SentSoFar,
  ShipRefusedError,
  ShipUnreachableError,
  Spaceship,
  type StartedStream,
  type StoppedStream,
  type StreamProgress,
  type StreamOrder,
} from '../receptions/spaceship.port.js';
import { ShipConnection } from './ship-connection.js';

/** Nothing was sent, so nothing can have been done. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** The ship may say otherwise the next time. */
const TRY_LATER = new Set([408, 425, 429]);

export interface HttpSpaceshipOptions {
  readonly url: string;
  /** Where the ship shall send: an address of ours, or a name that has one. */
  readonly address: string;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The ship's HTTP API, section "Spaceship" of WIRE. */
@Injectable()
export class HttpSpaceship extends Spaceship {
  readonly #connection: ShipConnection;
  readonly #lookups = new Map<string, Promise<LookupAddress[]>>();
  readonly #path: string;

  constructor(private readonly options: HttpSpaceshipOptions) {
    super();
    const url = new URL(options.url);
    this.#connection = new ShipConnection(url);
    this.#path = url.pathname.replace(/\/+$/, '');
  }

  async start({ shipName, address, stream, until, key }: StreamOrder): Promise<StartedStream> {
    const host = await this.#ownAddress();
    const { port, apid } = address;
    const order = {
      ...stream,
      host,
      port,
      ship_name: shipName,
      until: formatInstant(until),
      ...(apid === null ? {} : { apid }),
      ...(key === null ? {} : { key: Buffer.from(key).toString('hex') }),
    };
    const { status, body } = await this.#call('POST', '/stream/', order);
    if (status >= 400) throw new ShipRefusedError(`${status} ${reasonIn(body)}`);
    const { event_key, first_sequence } = body;
    if (typeof event_key !== 'string')
      throw new ShipUnreachableError('The ship named no event_key', true);
    return { eventKey: event_key, firstSequence: countIn(first_sequence) };
  }

  async redirect(eventKey: string, { port, apid }: ReceptionAddress): Promise<SentSoFar | null> {
    const host = await this.#ownAddress();
    const target = { host, port, ...(apid === null ? {} : { apid }) };
    const { status, body } = await this.#call('PATCH', streamPath(eventKey), target);
    if (status === 404 && isUnknownStream(body)) return null;
    if (status >= 400) throw new ShipRefusedError(`${status} ${reasonIn(body)}`);
    return sentIn(body);
  }

  async stop(eventKey: string): Promise<StoppedStream | null> {
    const { status, body } = await this.#call('DELETE', streamPath(eventKey));
    if (status === 404) return null;
    if (status >= 400) throw unexpected(status, body);
    return sentIn(body);
  }

  async progress(eventKey: string): Promise<StreamProgress | null> {
    const { status, body } = await this.#call('GET', streamPath(eventKey));
    if (status === 404) return null;
    if (status >= 400) throw unexpected(status, body);
    return { isOver: body['phase'] === 'ended', ...sentIn(body) };
  }

  async addresses(): Promise<ReadonlySet<string>> {
    // A URL writes IPv6 in brackets.
    const host = new URL(this.options.url).hostname.replace(/^\[|\]$/g, '');
    const found = await this.#lookUp(host).catch((cause: unknown) => {
      throw new ShipUnreachableError(`The address of ${host} is unknown`, false, { cause });
    });
    return new Set(found.map(({ address }) => address));
  }

  async #ownAddress(): Promise<string> {
    const { address } = this.options;
    if (isIP(address)) return address;
    const found = await this.#lookUp(address).catch((cause: unknown) => {
      throw new ShipUnreachableError(`Our own address ${address} is unknown`, false, { cause });
    });
    const own = found.find(({ family }) => family === 4);
    if (!own) throw new ShipUnreachableError(`${address} has no IPv4 address`, false);
    return own.address;
  }

  /** The few threads that look names up would make contacts of one instant wait for each other. */
  #lookUp(host: string): Promise<LookupAddress[]> {
    const known = this.#lookups.get(host);
    if (known) return known;
    const found = lookup(host, { all: true }).finally(() => this.#lookups.delete(host));
    this.#lookups.set(host, found);
    return found;
  }

  /** Answers up to 4xx; what is worth another try is thrown. */
  async #call(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.#ask(method, path, body);
    const { status } = answer;
    // Where it points to elsewhere, the address is the one to be changed.
    if (status >= 500 || status < 200 || isRedirection(status) || TRY_LATER.has(status))
      throw unexpected(status, answer.body);
    return answer;
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    try {
      // The API may stand below a path, as that of a recorded contact does.
      const { status, text } = await this.#connection.call(method, `${this.#path}${path}`, body);
      return { status, body: objectIn(text) };
    } catch (cause) {
      const isInDoubt = !isUnsent(cause);
      const { origin } = new URL(this.options.url);
      throw new ShipUnreachableError(`The ship does not answer at ${origin}`, isInDoubt, { cause });
    }
  }
}

const isRedirection = (status: number): boolean => status >= 300 && status < 400;

const streamPath = (eventKey: string): string => `/stream/${encodeURIComponent(eventKey)}`;

/** Not a route that is not there: a ship may not know how to redirect. */
const isUnknownStream = ({ detail }: Answer['body']): boolean => detail === 'Event key not found';

const unexpected = (status: number, body: Answer['body']): ShipUnreachableError =>
  new ShipUnreachableError(`The ship answered ${status} ${reasonIn(body)}`, false);

function reasonIn({ detail, title, message }: Answer['body']): string {
  const reason = [detail, message, title].find((value) => typeof value === 'string');
  return typeof reason === 'string' ? reason : '';
}

function isUnsent(fault: unknown): boolean {
  const { code } = fault as { code?: unknown };
  return typeof code === 'string' && UNSENT.has(code);
}

const countIn = (value: unknown): number | null =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;

const sentIn = ({ last_sequence, sent }: Answer['body']): SentSoFar => ({
  lastSequence: countIn(last_sequence),
  sent: countIn(sent),
});

function objectIn(text: string): Answer['body'] {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Answer['body']) : {};
  } catch {
    return {};
  }
}

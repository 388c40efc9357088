const REQUEST_TIMEOUT_MS = 30_000;
const PAGE_LIMIT = 1_000;

export interface RocketSummary {
  readonly channel: string;
  /** Different numbers taken. */
  readonly messages_taken: number;
}

/** As the monitor got it, with what it knows of it. */
export interface HistoryMessage {
  readonly number: number;
  readonly envelope: object;
}

/** The monitor did not answer as it should; the message is for people. */
export class MonitorError extends Error {
  override readonly name = 'MonitorError';
}

/** Reads what a monitor knows, a page at a time. */
export class HistoryClient {
  constructor(
    private readonly monitor: URL,
    private readonly signal: AbortSignal,
  ) {}

  rockets(): AsyncGenerator<RocketSummary[]> {
    return this.#pages(`/rockets?limit=${PAGE_LIMIT}`, isRocket);
  }

  /** All that was taken of a rocket and is still kept, in order of arrival. */
  messages(channel: string): AsyncGenerator<HistoryMessage[]> {
    const path = `/rockets/${encodeURIComponent(channel)}/messages`;
    return this.#pages(`${path}?order=received&limit=${PAGE_LIMIT}`, isMessage);
  }

  async *#pages<T>(path: string, isItem: (value: unknown) => value is T): AsyncGenerator<T[]> {
    let next: URL | null = new URL(path, this.monitor);
    while (next !== null) {
      const url: URL = next;
      const { items, link } = await this.#page(url);
      if (!items.every(isItem)) throw new MonitorError(`${url.href} lists something else`);
      yield items;
      next = link;
      // Otherwise it would never end.
      if (next !== null && (items.length === 0 || next.href === url.href))
        throw new MonitorError(`${url.href} is followed by nothing new`);
    }
  }

  async #page(url: URL): Promise<{ readonly items: unknown[]; readonly link: URL | null }> {
    const response = await this.#get(url);
    const body = await response.json().catch(() => null);
    if (!response.ok) throw new MonitorError(`${url.href} answered ${response.status}`);
    if (!Array.isArray(body)) throw new MonitorError(`${url.href} does not answer with a list`);
    const [, address] = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
    return { items: body, link: address === undefined ? null : new URL(address, url) };
  }

  async #get(url: URL): Promise<Response> {
    try {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      return await fetch(url, { signal });
    } catch (cause) {
      throw new MonitorError(`${url.href} does not answer`, { cause });
    }
  }
}

const isRocket = (value: unknown): value is RocketSummary =>
  typeof (value as Partial<RocketSummary> | null)?.channel === 'string';

function isMessage(value: unknown): value is HistoryMessage {
  const { number, envelope } = (value ?? {}) as Partial<HistoryMessage>;
  return Number.isSafeInteger(number) && typeof envelope === 'object' && envelope !== null;
}

import { get, type IncomingMessage } from 'node:http';

export interface ServerSentEvent {
  readonly name: string;
  /** Of this event itself; null when it has none. */
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

/**
 * A client as a page would write it on `EventSource`: what it knows of the rockets is what the events
 * said, also over several connections. It can stop reading, and cut its connection at any byte.
 */
export class EventClient {
  readonly events: ServerSentEvent[] = [];
  readonly comments: string[] = [];
  /** By channel. A snapshot begins it anew. */
  readonly rockets = new Map<string, unknown>();
  lastEventId = '';
  retryMs: number | null = null;
  isLive = false;
  isEnded = true;
  #response: IncomingMessage | null = null;
  #rest = '';

  constructor(private readonly url: string) {}

  /** The status and headers of the answer. Events come from 200 on. */
  connect(given: Record<string, string> = {}): Promise<IncomingMessage> {
    const last = this.lastEventId === '' ? {} : { 'last-event-id': this.lastEventId };
    const headers = { accept: 'text/event-stream', ...last, ...given };
    return new Promise((resolve, reject) => {
      get(this.url, { agent: false, headers }, (response) => {
        this.#listen(response);
        resolve(response);
      }).once('error', reject);
    });
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  cut(): void {
    this.#response?.destroy();
    this.#response = null;
    this.isEnded = true;
  }

  named(name: string): ServerSentEvent[] {
    return this.events.filter((event) => event.name === name);
  }

  #listen(response: IncomingMessage): void {
    this.#response = response;
    this.#rest = '';
    this.isEnded = false;
    this.isLive = false;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      // What comes out of the socket's buffer after a cut is of a connection that is no more.
      if (this.#response === response) this.#read(text);
    });
    response.on('error', () => undefined);
    response.once('close', () => {
      if (this.#response === response) this.isEnded = true;
    });
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#take(block.split('\n'));
  }

  #take(lines: readonly string[]): void {
    const value = (field: string) =>
      lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2) ?? null;
    const [comment, retry, id, data] = [value(''), value('retry'), value('id'), value('data')];
    if (comment !== null) this.comments.push(comment);
    if (retry !== null) this.retryMs = Number(retry);
    if (id !== null) this.lastEventId = id;
    if (data === null) return;
    const event = { name: value('event') ?? 'message', id, data: JSON.parse(data) as object };
    this.#apply(event as ServerSentEvent);
  }

  #apply(event: ServerSentEvent): void {
    this.events.push(event);
    if (event.name === 'snapshot') this.rockets.clear();
    if (event.name === 'rocket') this.rockets.set(String(event.data['channel']), event.data);
    if (event.name === 'live') this.isLive = true;
  }
}

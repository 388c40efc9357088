import { get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { below, type Random } from '../rockets/random.js';
import { type KnownChange, knownChangeOf } from './change-fact.js';
import { type EventBlock, EventBlocks } from './event-blocks.js';

/** What one listener heard, in the order in which it came. */
export interface LiveFact {
  readonly name: string;
  readonly heard: readonly KnownChange[];
  /** Answers and events that no listener should ever get. */
  readonly faults: readonly string[];
  readonly connections: number;
}

/** A frozen scheduler says nothing, nor does one without changes until its beat: ask the other. */
const SILENCE_MS_MAX = 5_000;
const AGAIN_MS = 200;
const HEARD_MAX = 1_000_000;
const FAULTS_MAX = 100;
const UNAVAILABLE = 503;

/** Listens to the changes of all contacts from the very first on, whichever scheduler is up. */
export class LiveWatcher implements LiveFact {
  readonly heard: KnownChange[] = [];
  readonly faults: string[] = [];
  #connections = 0;
  #lastEventId = '0';
  /** Of the last new change. */
  #last = 0;

  constructor(
    readonly name: string,
    private readonly schedulers: readonly string[],
    private readonly random: Random,
  ) {}

  get connections(): number {
    return this.#connections;
  }

  get last(): number {
    return this.#last;
  }

  /** Connects again after each drop, until it is called off. Never fails. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#listen(this.schedulers[below(this.random, this.schedulers.length)]!, signal);
      await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  toFact(): LiveFact {
    const { name, heard, faults, connections } = this;
    return { name, heard, faults, connections };
  }

  /** One connection, to its end. */
  #listen(scheduler: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const headers = { accept: 'text/event-stream', 'last-event-id': this.#lastEventId };
      const asked = get(`${scheduler}/scheduler/events`, { agent: false, headers, signal });
      asked.setTimeout(SILENCE_MS_MAX, () => asked.destroy());
      asked.once('response', (response) => this.#read(response));
      // Whatever ended it: it is asked for again.
      asked.on('error', () => undefined);
      asked.once('close', resolve);
    });
  }

  #read(response: IncomingMessage): void {
    const { statusCode: status = 0 } = response;
    response.on('error', () => undefined);
    if (status !== 200) {
      if (status !== UNAVAILABLE)
        this.#fault(`answered ${status} to Last-Event-ID ${this.#lastEventId}`);
      return void response.resume();
    }
    this.#connections += 1;
    const blocks = new EventBlocks();
    response.setEncoding('utf8').on('data', (text: string) => {
      try {
        for (const block of blocks.push(text)) this.#take(block);
      } catch (fault) {
        this.#fault(String(fault));
        response.destroy();
      }
    });
  }

  #take({ name, id, data }: EventBlock): void {
    if (name === 'live') this.#checkLive(data);
    else if (data !== null) this.#hear(id, knownChangeOf(JSON.parse(data)));
    if (id !== null) this.#lastEventId = id;
  }

  #hear(id: string | null, change: KnownChange | null): void {
    if (change === null) return this.#fault('an event that is no change');
    if (id !== String(change.number)) this.#fault(`the change ${change.number} has the id ${id}`);
    if (this.heard.length >= HEARD_MAX) return this.#fault(`more than ${HEARD_MAX} events`);
    this.heard.push(change);
    this.#last = Math.max(this.#last, change.number);
  }

  /** It promises that all up to its number was told. */
  #checkLive(data: string | null): void {
    const { number } = JSON.parse(data ?? '{}') as { number?: unknown };
    if (number !== this.#last) this.#fault(`live at ${String(number)}, heard up to ${this.#last}`);
  }

  #fault(text: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(text);
  }
}

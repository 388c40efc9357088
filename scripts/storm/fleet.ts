import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Difference, findDifferences } from '../rockets/check-states.js';
import { deliver } from '../rockets/deliver.js';
import { postKeepingAlive } from '../rockets/keep-alive.client.js';
import type { WireMessage, WireState } from '../rockets/message.js';
import { rocketScenario } from '../rockets/scenario.js';

export interface FleetOptions {
  /** Of the monitors. */
  readonly urls: readonly string[];
  readonly rockets: number;
  readonly messages: number;
  readonly seed: number;
  readonly seconds: number;
  /** Whether the monitors know each other's rockets; else each rocket keeps to one of them. */
  readonly isShared: boolean;
  readonly signal: AbortSignal;
}

const SENDERS_PER_MONITOR = 8;
const REQUEST_MS_MAX = 10_000;
const REPEAT_MS = 500;
const DUPLICATE_SHARE = 0.2;
const SHUFFLE_DEPTH = 200;

/** Rockets whose messages come twice and shuffled, over all monitors, each until it is taken. */
export class Fleet {
  readonly #lanes: readonly (readonly WireMessage[])[];
  readonly #expected: ReadonlyMap<string, WireState>;
  readonly #laneOf: (message: WireMessage, at: number) => number;
  #takenCount = 0;

  constructor(private readonly options: FleetOptions) {
    const { seed, rockets, messages, urls, isShared } = options;
    const scenario = rocketScenario({ seed, rocketCount: rockets, messageCount: messages });
    const channels = [...scenario.expectedStates.keys()];
    this.#laneOf = ({ metadata }, at) =>
      (isShared ? at : channels.indexOf(metadata.channel)) % urls.length;
    const shuffle = { seed, shuffle: SHUFFLE_DEPTH, duplicate: DUPLICATE_SHARE };
    const arrivals = deliver(scenario.messages, shuffle);
    this.#lanes = urls.map((_, lane) =>
      arrivals.filter((message, at) => this.#laneOf(message, at) === lane),
    );
    this.#expected = scenario.expectedStates;
  }

  get takenCount(): number {
    return this.#takenCount;
  }

  get totalCount(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.length, 0);
  }

  /** Evenly over the storm, later where the monitors do not keep up. */
  async run(): Promise<void> {
    await Promise.all(this.#lanes.map((lane, at) => this.#send(lane, this.options.urls[at] ?? '')));
  }

  /** Against an oracle that shares no code with the monitors. Asks each for what it must know. */
  async differences(): Promise<Difference[]> {
    const { urls, isShared } = this.options;
    const found = urls.map((url, lane) => {
      const known = new Set(this.#lanes[lane]?.map(({ metadata }) => metadata.channel));
      const expected = [...this.#expected].filter(([channel]) => isShared || known.has(channel));
      return findDifferences(new URL('/messages', url), new Map(expected));
    });
    return (await Promise.all(found)).flat();
  }

  async #send(lane: readonly WireMessage[], monitor: string): Promise<void> {
    const { seconds, signal } = this.options;
    const agent = new Agent({ keepAlive: true, maxSockets: SENDERS_PER_MONITOR });
    const url = new URL('/messages', monitor);
    const startedAt = performance.now();
    const everyMs = (seconds * 1_000) / Math.max(1, lane.length);
    let next = 0;
    const sendNext = async (): Promise<void> => {
      while (next < lane.length && !signal.aborted) {
        const at = next;
        next += 1;
        await this.#pause(startedAt + at * everyMs - performance.now());
        await this.#sendUntilTaken(url, JSON.stringify(lane[at]), agent);
      }
    };
    try {
      await Promise.all(Array.from({ length: SENDERS_PER_MONITOR }, sendNext));
    } finally {
      agent.destroy();
    }
  }

  async #sendUntilTaken(url: URL, body: string, agent: Agent): Promise<void> {
    while (!this.options.signal.aborted) {
      const answer = await postKeepingAlive(url, body, REQUEST_MS_MAX, agent);
      if (/^2\d\d$/.test(answer)) return void (this.#takenCount += 1);
      await this.#pause(REPEAT_MS);
    }
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await wait(ms, undefined, { signal: this.options.signal }).catch(() => undefined);
  }
}

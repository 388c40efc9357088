import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { type CancelTimer, type Clock, FaultLog } from '#common/platform';
import { blockingClient, faultText } from '#common/redis';
import type { ChangeListener } from '../../rockets/rocket-store.port.js';
import { HeardRevision } from './heard-revision.js';

/** A connection that is dead, but not closed, would tell of nothing: it is asked this often … */
const ASK_EVERY_MS = 5_000;
/** … and given up when it has not answered for so long. */
const SILENCE_MS_MAX = 10_000;
/** A right that was missing may have been given meanwhile. */
const SUBSCRIBE_AGAIN_MS = 2_000;
/** What a script publishes is on its way when others see what the script did. */
const PUBLICATION_MS_MAX = 50;

export interface RedisChangesOptions {
  readonly url: string;
  readonly clock: Clock;
  /** Where the monitors tell each other, as `<monitor> <revision> <channels as JSON, or null>`. */
  readonly topic: string;
  /** Asks Redis how many times something was changed. */
  readonly revision: () => Promise<number>;
}

/**
 * Which channels have changed: of this monitor's own at once, of the others' by what their scripts
 * publish, and by the revision, which says when a publication did not come. As long as nobody listens
 * there is no connection for it.
 */
export class RedisChanges {
  readonly #faults: FaultLog;
  readonly #listeners: ChangeListener[] = [];
  readonly #heard: HeardRevision;
  #monitor: string = randomUUID();
  #subscriber: Redis | null = null;
  #isSubscribed = false;
  #deafReason: string | null = null;
  #cancelTimer: CancelTimer = () => undefined;

  constructor(private readonly options: RedisChangesOptions) {
    this.#faults = new FaultLog(new Logger(RedisChanges.name), options.clock);
    this.#heard = new HeardRevision(options.clock);
  }

  /** What scripts that run for this monitor publish under. */
  get monitor(): string {
    return this.#monitor;
  }

  /** Why other monitors are not heard, while that is so. */
  get deafReason(): string | null {
    return this.#deafReason;
  }

  listen(listener: ChangeListener): void {
    this.#listeners.push(listener);
    this.#subscriber ??= this.#connect();
  }

  tell(channels: readonly string[] | null): void {
    if (channels?.length === 0) return;
    for (const listener of this.#listeners) listener(channels);
  }

  /**
   * Of a script without an answer: it may have run, or may run yet. What is published under the name
   * so far is then heard like another monitor's.
   */
  tellUnsure(channels: readonly string[]): void {
    this.#monitor = randomUUID();
    this.tell(channels);
  }

  /** Tells that all may have changed, unless all changes so far are heard, or are within a moment. */
  async tellMissed(): Promise<void> {
    const before = this.#heard.value;
    const revision = await this.options.revision();
    if (this.#listeners.length === 0) return;
    // Own scripts that were answered in the same turn are told of first.
    await setImmediate();
    // A lower revision than before: Redis has lost something.
    if (before !== null && before <= revision) {
      if (await this.#heard.reaches(revision, this.#isSubscribed ? PUBLICATION_MS_MAX : 0)) return;
      // Cut off meanwhile, from a Redis that may come back with less.
      if (this.#heard.value === null) return this.tell(null);
    }
    this.#heard.set(revision);
    this.tell(null);
  }

  /** After a new connection: Redis may have come back with less than it had. */
  forget(): void {
    this.#heard.set(null);
  }

  close(): void {
    this.#subscriber?.disconnect();
    this.#cancelTimer();
    this.forget();
  }

  #connect(): Redis {
    const client = blockingClient(
      this.options.url,
      // The client for requests says what is wrong.
      { name: 'perigee-rocket-changes', onFault: () => undefined },
      SILENCE_MS_MAX,
    );
    client.on('ready', () => void this.#subscribe(client));
    client.on('close', () => this.#lose());
    client.on('message', (_topic: string, text: string) => this.#hear(text));
    return client;
  }

  /** With every connection: what happened without one is not told again. */
  async #subscribe(client: Redis): Promise<void> {
    try {
      await client.subscribe(this.options.topic);
    } catch (fault) {
      // A connection that went away is followed by another one.
      if (client.status === 'ready') this.#subscribeLater(client, fault);
      return;
    }
    this.#isSubscribed = true;
    this.#deafReason = null;
    this.#askSoon(client);
    this.forget();
    // Without an answer the next one who asks is told.
    await this.tellMissed().catch(() => this.tell(null));
  }

  #subscribeLater(client: Redis, fault: unknown): void {
    this.#deafReason = faultText(fault);
    this.#faults.note('Other monitors are not heard at once', this.#deafReason);
    this.#cancelTimer();
    this.#cancelTimer = this.options.clock.after(
      SUBSCRIBE_AGAIN_MS,
      () => void this.#subscribe(client),
    );
  }

  #lose(): void {
    this.#cancelTimer();
    this.#isSubscribed = false;
    this.#deafReason ??= 'there is no connection for it';
    this.forget();
  }

  #askSoon(client: Redis): void {
    this.#cancelTimer();
    this.#cancelTimer = this.options.clock.after(ASK_EVERY_MS, () => {
      client.ping().then(
        () => this.#askSoon(client),
        // The connection is gone, and the next one asks again.
        () => undefined,
      );
    });
  }

  #hear(text: string): void {
    const [monitor = '', revisionText = ''] = text.split(' ', 2);
    const revision = Number(revisionText);
    const isNext = this.#heard.value !== null && revision === this.#heard.value + 1;
    if (!isNext) this.tell(null);
    else if (monitor !== this.#monitor)
      this.tell(channelsIn(text.slice(monitor.length + revisionText.length + 2)));
    if (Number.isSafeInteger(revision)) this.#heard.set(revision);
  }
}

/** Null, which is any, also for what cannot be read. */
function channelsIn(text: string): readonly string[] | null {
  try {
    const told: unknown = JSON.parse(text);
    return Array.isArray(told) ? told.map(String) : null;
  } catch {
    return null;
  }
}

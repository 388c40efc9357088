import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import {
  GAPS_MAX,
  type RocketArrival,
  type RocketCheckpoint,
  type RocketTrack,
} from '#common/domain';
import type { CancelTimer, Clock, PartHealth } from '#common/platform';
import { checkRedis, Outage, RedisOutbox, requestClient } from '#common/redis';
import {
  type ChangeListener,
  GAPS_TOTAL_MAX,
  type HistoryQuery,
  PARKED_MESSAGES_MAX,
  REJECTED_BODY_CHARS_MAX,
  REJECTED_MESSAGES_MAX,
  type RejectedMessage,
  RocketStore,
  type Taken,
} from '../../rockets/rocket-store.port.js';
import { ArrivalBatches } from '../arrival-batches.js';
import { pushArguments } from './message-arguments.js';
import { RedisChanges } from './redis-changes.js';
import { RedisHistories } from './redis-histories.js';
import { RedisTracks } from './redis-tracks.js';
import { REJECT_MESSAGE } from './reject-message.script.js';
import { type RocketKeys, rocketKeys } from './rocket-keys.js';
import { EVENTS_MAX, isTaken, readAnswer } from './take-answers.js';
import { TAKE_MESSAGES } from './take-messages.script.js';

/** Numbers of one channel in the set that others read. */
export const LISTED_MAX = 20_000;
/** Senders wait for ten seconds, then come again; until then a short stall may pass. */
const TIMEOUT_MS = 2_000;
const BATCHES = {
  store: 'Redis',
  /** One script holds up everybody else's commands for about a millisecond. */
  batchMax: 128,
  /** One at Redis, one on its way, and one whose answers are being told. */
  underWayMax: 3,
  /** More than all connections of the app can bring, some of them batches of a thousand. */
  waitingMax: 32_000,
};
/** How long a start waits for the connection; then it goes on, and says so in its health. */
const CONNECT_MS_MAX = 2_000;
export interface RedisRocketStoreOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly prefix: string;
  readonly channelsMax: number;
  /** Messages at or below the low-water marks, as far as they fill pages. */
  readonly historyMax: number;
  /** False: there is nobody to tell, and nothing is put into the outbox. */
  readonly tellsEvents: boolean;
  readonly timeoutMs?: number;
  readonly gapsMax?: number;
  readonly parkedMax?: number;
  readonly listedMax?: number;
}

/**
 * Keeps the tracks in Redis, where any number of monitors share them: each message is taken by one
 * script, with the event that it makes known. While Redis is away every question fails at once.
 */
@Injectable()
export class RedisRocketStore extends RocketStore implements OnModuleInit, OnApplicationShutdown {
  readonly outbox: RedisOutbox;
  readonly #redis: Redis;
  readonly #keys: RocketKeys;
  readonly #outage: Outage;
  readonly #batches: ArrivalBatches<string>;
  readonly #tracks: RedisTracks;
  readonly #histories: RedisHistories;
  readonly #changes: RedisChanges;
  #wake = (): void => undefined;
  readonly #logger = new Logger(RedisRocketStore.name);

  constructor(private readonly options: RedisRocketStoreOptions) {
    super();
    const { url, clock, prefix, historyMax, timeoutMs = TIMEOUT_MS } = options;
    this.#outage = new Outage(RedisRocketStore.name, clock);
    this.#keys = rocketKeys(prefix);
    this.#redis = requestClient(url, {
      name: 'perigee-rockets',
      timeoutMs,
      onFault: (fault) => this.#outage.note(fault),
    });
    this.#redis.on('ready', () => void this.#meet());
    this.#tracks = new RedisTracks(this.#redis, this.#keys);
    this.#histories = new RedisHistories(this.#redis, this.#keys, historyMax);
    this.#changes = new RedisChanges({
      url,
      clock,
      topic: this.#keys.changes,
      revision: async () => Number(await this.#redis.get(this.#keys.revision)),
    });
    this.#batches = new ArrivalBatches(BATCHES, (batch) => this.#takeAll(batch));
    this.outbox = new RedisOutbox(this.#redis, this.#keys.outbox);
  }

  /** @param wake called when an event was put into the outbox */
  onEvent(wake: () => void): void {
    this.#wake = wake;
  }

  async take(arrival: RocketArrival): Promise<Taken> {
    const answer = await this.#batches.add(arrival);
    const { taken, isTold } = readAnswer(answer, this.options.channelsMax);
    if (isTold) this.#wake();
    return taken;
  }

  find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    return this.#tracks.find(channels);
  }

  list(page: { readonly after: string; readonly limit: number }): Promise<RocketTrack[]> {
    return this.#tracks.list(page);
  }

  channels(): Promise<string[]> {
    return this.#tracks.channels();
  }

  history(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    return this.#histories.find(channel, query);
  }

  checkpoint(channel: string, atMost: number): Promise<RocketCheckpoint | null> {
    return this.#histories.checkpoint(channel, atMost);
  }

  keepCheckpoint(channel: string, checkpoint: RocketCheckpoint): Promise<void> {
    return this.#histories.keepCheckpoint(channel, checkpoint);
  }

  onChange(listener: ChangeListener): void {
    this.#changes.listen(listener);
  }

  async reject(message: RejectedMessage): Promise<void> {
    const { channel } = message;
    const body = message.body.slice(0, REJECTED_BODY_CHARS_MAX);
    const { prefix, rejected, revision, changes } = this.#keys;
    const text = JSON.stringify({ ...message, body });
    const args = [prefix, text, REJECTED_MESSAGES_MAX, changes, this.#changes.monitor];
    const named = channel === null ? [] : [channel];
    const isKnown = await REJECT_MESSAGE.run(
      this.#redis,
      [rejected, revision],
      [...args, ...named],
    );
    if (isKnown === 1) this.#changes.tell(named);
  }

  async rejected(limit: number): Promise<RejectedMessage[]> {
    if (limit <= 0) return [];
    const texts = await this.#redis.lrange(this.#keys.rejected, 0, limit - 1);
    return texts.map((text) => JSON.parse(text) as RejectedMessage);
  }

  tellChanges(): Promise<void> {
    return this.#changes.tellMissed();
  }

  async health(): Promise<PartHealth> {
    const { state, reasons } = await checkRedis(this.#redis);
    const basic = { kind: 'redis', redis: state };
    if (state === 'away')
      return { status: 'down', reason: this.#outage.reason ?? reasons.join('; '), ...basic };
    const counts = await this.#counts();
    const isFull =
      counts.channels >= counts.channels_max ||
      counts.open_gaps >= GAPS_TOTAL_MAX ||
      counts.messages_parked >= PARKED_MESSAGES_MAX;
    const { deafReason } = this.#changes;
    const reason = [
      ...reasons,
      ...(isFull ? ['A limit is reached'] : []),
      ...(deafReason === null ? [] : [`Other monitors are not heard at once: ${deafReason}`]),
    ].join('; ');
    return reason === ''
      ? { status: 'up', ...basic, ...counts }
      : { status: 'degraded', reason, ...basic, ...counts };
  }

  /** A start that is answered before Redis is, would turn its first messages away. */
  async onModuleInit(): Promise<void> {
    if (this.#redis.status === 'ready') return;
    let cancel: CancelTimer = () => undefined;
    await new Promise<void>((resolve) => {
      this.#redis.once('ready', () => resolve());
      cancel = this.options.clock.after(CONNECT_MS_MAX, resolve);
    });
    cancel();
  }

  onApplicationShutdown(): void {
    this.#changes.close();
    this.#redis.disconnect();
  }

  async #takeAll(batch: readonly RocketArrival[]): Promise<string[]> {
    try {
      const answers = await this.#runTake(batch);
      this.#changes.tell(channelsOf(batch.filter((_, nr) => isTaken(answers[nr] ?? ''))));
      return answers;
    } catch (fault) {
      this.#changes.tellUnsure(channelsOf(batch));
      throw fault;
    }
  }

  async #runTake(batch: readonly RocketArrival[]): Promise<string[]> {
    const { clock, channelsMax, tellsEvents, gapsMax = GAPS_MAX } = this.options;
    const { parkedMax = PARKED_MESSAGES_MAX, listedMax = LISTED_MAX } = this.options;
    const { prefix, channels, openGaps, parked, outbox, revision, changes } = this.#keys;
    const now = new Date(clock.nowMs()).toISOString();
    const limits = [channelsMax, gapsMax, GAPS_TOTAL_MAX, parkedMax, listedMax, EVENTS_MAX];
    const args = [prefix, changes, this.#changes.monitor, now, Number(tellsEvents), ...limits];
    for (const arrival of batch) pushArguments(args, arrival);
    const keys = [channels, openGaps, parked, outbox, revision];
    return (await TAKE_MESSAGES.run(this.#redis, keys, args)) as string[];
  }

  async #counts() {
    const [channels, openGaps, parked] = await Promise.all([
      this.#redis.zcard(this.#keys.channels),
      this.#redis.get(this.#keys.openGaps),
      this.#redis.get(this.#keys.parked),
    ]);
    return {
      channels,
      channels_max: this.options.channelsMax,
      open_gaps: Number(openGaps),
      open_gaps_max: GAPS_TOTAL_MAX,
      messages_parked: Number(parked),
      messages_parked_max: PARKED_MESSAGES_MAX,
    };
  }

  /** Said once per connection, for whoever never asks for the health. */
  async #meet(): Promise<void> {
    this.#outage.end();
    this.#changes.forget();
    const { state, reasons } = await checkRedis(this.#redis);
    if (state !== 'volatile') return;
    this.#logger.warn({ message: 'Redis may forget rockets', reason: reasons.join('; ') });
  }
}

const channelsOf = (batch: readonly RocketArrival[]): string[] => [
  ...new Set(batch.map(({ channel }) => channel)),
];

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ChainableCommander, Redis } from 'ioredis';
import type { Instant } from '#common/domain';
import { type CancelTimer, type Clock, type PartHealth } from '#common/platform';
import { Outage, requestClient } from '#common/redis';
import { HotList, hotText } from '../intake/hot-list.port.js';
import { RecentShips } from './recent-ships.js';

/** The layout that other programs read: database 1, the raw ship name, oldest first. */
export const HOT_DATABASE = 1;
/** Beside those that are being written; 50 MB of the longest texts. Further readings are dropped. */
export const HOT_WAITING_MAX = 50_000;
/** One round trip; larger ones would hold up the sockets while their texts are made. */
const HOT_BATCH_MAX = 4_096;
/** Keeps the lists from filling a Redis that others need too: full ones take 15 MB each. */
const HOT_SHIPS_MAX = 1_000;
const FLUSH_EVERY_MS = 20;
const CLOSE_DEADLINE_MS = 1_000;

/** In columns, since an object per reading would cost as much as receiving it. */
class WaitingReadings {
  #generatedAt: number[] = [];
  #volts: number[] = [];
  #texts: (string | null)[] = [];

  get length(): number {
    return this.#texts.length;
  }

  push(generatedAt: Instant, volts: number, text: string | null): void {
    this.#generatedAt.push(generatedAt);
    this.#volts.push(volts);
    this.#texts.push(text);
  }

  /** The oldest, at most so many. */
  take(max: number): WaitingReadings {
    const taken = new WaitingReadings();
    taken.#generatedAt = this.#generatedAt.splice(0, max);
    taken.#volts = this.#volts.splice(0, max);
    taken.#texts = this.#texts.splice(0, max);
    return taken;
  }

  texts(): string[] {
    return this.#texts.map((text, nr) => hotText(this.#generatedAt[nr]!, this.#volts[nr]!, text));
  }
}

export interface RedisHotListOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly listMax: number;
  readonly shipsMax?: number;
}

/**
 * Hot lists in Redis. Readings wait for a few milliseconds and go together, a batch at a time. While
 * Redis is away or slow they are dropped and counted: nobody waits for them.
 */
@Injectable()
export class RedisHotList extends HotList implements OnApplicationShutdown {
  readonly #redis: Redis;
  readonly #outage: Outage;
  readonly #ships: RecentShips;
  readonly #waiting = new Map<string, WaitingReadings>();
  #waitingCount = 0;
  #droppedCount = 0;
  #cancelFlush: CancelTimer | null = null;
  #flushing: Promise<void> | null = null;
  #isClosed = false;

  constructor(private readonly options: RedisHotListOptions) {
    super();
    const { url, clock, shipsMax = HOT_SHIPS_MAX } = options;
    this.#outage = new Outage(RedisHotList.name, clock);
    this.#ships = new RecentShips(shipsMax);
    this.#redis = requestClient(url, {
      name: 'perigee-hot-lists',
      database: HOT_DATABASE,
      onFault: (fault) => this.#outage.note(fault),
    });
    this.#redis.on('ready', () => void this.#meet());
  }

  push(shipName: string, generatedAt: Instant, volts: number, text: string | null): void {
    if (this.#isClosed || this.#waitingCount >= HOT_WAITING_MAX) {
      this.#droppedCount += 1;
      return;
    }
    let waiting = this.#waiting.get(shipName);
    if (!waiting) this.#waiting.set(shipName, (waiting = new WaitingReadings()));
    waiting.push(generatedAt, volts, text);
    this.#waitingCount += 1;
    this.#ships.heard(shipName);
    this.#cancelFlush ??= this.options.clock.after(FLUSH_EVERY_MS, () => void this.#flush());
  }

  async last(shipName: string, count: number): Promise<string[]> {
    await this.#flush();
    return count > 0 ? this.#redis.lrange(shipName, -count, -1) : [];
  }

  async length(shipName: string): Promise<number> {
    await this.#flush();
    return this.#redis.llen(shipName);
  }

  health(): PartHealth {
    const counts = {
      kept_in: 'redis',
      readings_waiting: this.#waitingCount,
      readings_dropped: this.#droppedCount,
    };
    const isAway = this.#redis.status !== 'ready';
    const reason = this.#outage.reason ?? (isAway ? 'Redis is not connected' : null);
    return reason === null
      ? { status: 'up', ...counts }
      : { status: 'degraded', reason, ...counts };
  }

  /** The intake has stopped by now. What cannot be kept within the deadline is lost. */
  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    let cancel: CancelTimer = () => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.options.clock.after(CLOSE_DEADLINE_MS, resolve);
    });
    await Promise.race([this.#flush(), deadline]);
    cancel();
    this.#redis.disconnect();
  }

  /** Redis is (back) there, with the lists of ships that were heard before. */
  async #meet(): Promise<void> {
    this.#outage.end();
    try {
      for await (const names of this.#redis.scanStream({ type: 'list', count: 1_000 }))
        this.#ships.adopt(names as string[]);
    } catch (fault) {
      if (!this.#isClosed) this.#outage.note(fault);
    }
  }

  /** Done when all that waits now was kept or dropped. */
  #flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    if (this.#waitingCount > 0) this.#flushing ??= this.#writeAll();
    return this.#flushing ?? Promise.resolve();
  }

  async #writeAll(): Promise<void> {
    while (this.#waitingCount > 0) await this.#write(this.#take());
    this.#flushing = null;
  }

  #take(): Map<string, WaitingReadings> {
    const batch = new Map<string, WaitingReadings>();
    let room = HOT_BATCH_MAX;
    for (const [ship, waiting] of this.#waiting) {
      if (room === 0) break;
      const taken = waiting.take(room);
      if (waiting.length === 0) this.#waiting.delete(ship);
      batch.set(ship, taken);
      room -= taken.length;
    }
    this.#waitingCount -= HOT_BATCH_MAX - room;
    return batch;
  }

  async #write(batch: ReadonlyMap<string, WaitingReadings>): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const [ship, readings] of batch) {
      pipeline.rpush(ship, ...readings.texts());
      pipeline.ltrim(ship, -this.options.listMax, -1);
    }
    for (const ship of this.#ships.takeSilent()) pipeline.del(ship);
    const faults = await faultsOf(pipeline);
    const [fault] = faults.values();
    if (fault === undefined) return this.#outage.end();
    this.#outage.note(fault);
    // Commands 0, 2, 4 … are the pushes; one that failed with its answer lost may have been kept.
    [...batch.values()].forEach((readings, nr) => {
      if (faults.has(2 * nr)) this.#droppedCount += readings.length;
    });
  }
}

/** The faults of a pipeline by the numbers of its commands. */
async function faultsOf(pipeline: ChainableCommander): Promise<ReadonlyMap<number, Error>> {
  try {
    const results = (await pipeline.exec()) ?? [];
    return new Map(results.flatMap(([fault], nr) => (fault === null ? [] : [[nr, fault]])));
  } catch (fault) {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    return new Map(Array.from({ length: pipeline.length }, (_, nr) => [nr, error]));
  }
}

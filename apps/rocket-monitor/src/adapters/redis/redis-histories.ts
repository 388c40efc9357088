import type { Redis } from 'ioredis';
import {
  FIRST_CHECKPOINT,
  HISTORY_PAGE_NUMBERS,
  readContent,
  type RocketArrival,
  type RocketCheckpoint,
} from '#common/domain';
import type { HistoryQuery } from '../../rockets/rocket-store.port.js';
import { FIND_CHECKPOINT, KEEP_CHECKPOINT, READ_HISTORY } from './history.scripts.js';
import { FIND_ROCKETS, type FoundRocket, trackOf } from './redis-track.js';
import type { RocketKeys } from './rocket-keys.js';

/** Messages in one script. */
const READ_MAX = 1_024;

/**
 * The messages of all channels in Redis, and the checkpoints between them. Of those below the marks the
 * newest pages are kept, whichever channel they are of, and the page of each channel that is not full.
 */
export class RedisHistories {
  constructor(
    private readonly redis: Redis,
    private readonly keys: RocketKeys,
    private readonly messagesMax: number,
  ) {}

  async find(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    const arrivals: RocketArrival[] = [];
    let rest = query;
    while (arrivals.length < query.limit) {
      const limit = Math.min(query.limit - arrivals.length, READ_MAX);
      const page = await this.#read(channel, { ...rest, limit });
      arrivals.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < limit) break;
      rest = continued(query, last);
    }
    return arrivals;
  }

  async checkpoint(channel: string, atMost: number): Promise<RocketCheckpoint | null> {
    const args = [this.keys.prefix, channel, atMost];
    const found = String(await FIND_CHECKPOINT.run(this.redis, [], args));
    if (found === 'first') return FIRST_CHECKPOINT;
    if (found === 'gone') return null;
    if (found === 'earlier') return this.#stateAsCheckpoint(channel, atMost);
    return JSON.parse(found) as RocketCheckpoint;
  }

  async keepCheckpoint(channel: string, checkpoint: RocketCheckpoint): Promise<void> {
    const { prefix, historyPages } = this.keys;
    const pagesMax = Math.max(1, Math.floor(this.messagesMax / HISTORY_PAGE_NUMBERS));
    const args = [prefix, channel, checkpoint.through, JSON.stringify(checkpoint), pagesMax];
    await KEEP_CHECKPOINT.run(this.redis, [historyPages], args);
  }

  async #read(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    const args = [this.keys.prefix, channel, query.by, query.limit, ...startOf(query)];
    const found = (await READ_HISTORY.run(this.redis, [], args)) as string[];
    return Array.from({ length: found.length / 3 }, (_, nr) => {
      const [number, receivedAt, content = ''] = found.slice(3 * nr, 3 * nr + 3);
      const at = { number: Number(number), receivedAt: Number(receivedAt) };
      return { channel, ...at, ...readContent(content) };
    });
  }

  /** The state that an earlier version left, which is exact where no number is missing. */
  async #stateAsCheckpoint(channel: string, atMost: number): Promise<RocketCheckpoint | null> {
    const args = [this.keys.prefix, channel];
    const [found = null] = (await FIND_ROCKETS.run(this.redis, [], args)) as FoundRocket[];
    const track = trackOf(channel, found);
    if (track === null) return FIRST_CHECKPOINT;
    const { rocket, taken } = track;
    if (taken.count > taken.lowWater || taken.lowWater > atMost) return null;
    return { through: taken.lowWater, rocket };
  }
}

function startOf(query: HistoryQuery): number[] {
  switch (query.by) {
    case 'number':
      return [query.after];
    case 'number-descending':
      return [query.before];
    case 'arrival':
      return query.after === null ? [] : [query.after.receivedAt, query.after.number];
    default:
      return query satisfies never;
  }
}

function continued(query: HistoryQuery, last: RocketArrival): HistoryQuery {
  switch (query.by) {
    case 'number':
      return { ...query, after: last.number };
    case 'number-descending':
      return { ...query, before: last.number };
    case 'arrival':
      return { ...query, after: last };
    default:
      return query satisfies never;
  }
}

import type { Redis } from 'ioredis';
import { compareTimes, type MessageTime, readMessageTime, type RocketTrack } from '#common/domain';
import { FIND_ROCKETS, type FoundRocket, trackOf } from './redis-track.js';
import type { RocketKeys } from './rocket-keys.js';

/** Rockets in one script. */
const FIND_MAX = 100;
/** Names and times in one step of reading them all. */
const SCAN_COUNT = 1_000;

/** What Redis knows of the rockets, read in steps that hold up nobody for long. */
export class RedisTracks {
  constructor(
    private readonly redis: Redis,
    private readonly keys: RocketKeys,
  ) {}

  async find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    const tracks: (RocketTrack | null)[] = [];
    while (tracks.length < channels.length)
      tracks.push(...(await this.#find(channels.slice(tracks.length, tracks.length + FIND_MAX))));
    return tracks;
  }

  async list({ after, limit }: { after: string; limit: number }): Promise<RocketTrack[]> {
    const from = after === '' ? '-' : `(${after}`;
    const names = await this.redis.zrangebylex(this.keys.channels, from, '+', 'LIMIT', 0, limit);
    const tracks = await this.find(names);
    return tracks.filter((track) => track !== null);
  }

  async channels(): Promise<string[]> {
    const times = new Map<string, MessageTime | null>();
    let cursor = '0';
    do {
      const [next, values] = await this.redis.hscan(
        `${this.keys.prefix}latest_update_timestamp`,
        cursor,
        'COUNT',
        SCAN_COUNT,
      );
      for (let at = 0; at < values.length; at += 2)
        times.set(values[at] ?? '', readMessageTime(values[at + 1] ?? ''));
      cursor = next;
    } while (cursor !== '0');
    return [...times].toSorted(byTimeThenName).map(([channel]) => channel);
  }

  /** Of the first channel, and of those after it as far as one script goes. */
  async #find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    const args = [this.keys.prefix, ...channels];
    const found = (await FIND_ROCKETS.run(this.redis, [], args)) as FoundRocket[];
    if (found.length === 0) throw new Error('Redis did not answer for a channel');
    return found.map((answer, nr) => trackOf(channels[nr] ?? '', answer));
  }
}

function byTimeThenName(
  [leftName, left]: readonly [string, MessageTime | null],
  [rightName, right]: readonly [string, MessageTime | null],
): number {
  const byTime = left && right ? compareTimes(left, right) : 0;
  return byTime || (leftName < rightName ? -1 : Number(leftName > rightName));
}

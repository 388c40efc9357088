import {
  compareTimes,
  DomainError,
  gapCount,
  newTrack,
  type RocketTrack,
  type TakenNumbers,
} from '#common/domain';
import { GAPS_TOTAL_MAX, PARKED_MESSAGES_MAX } from '../rockets/rocket-store.port.js';

/** The tracks of all channels in this process, and the limits on all of them together. */
export class RocketTracks {
  /** A map, not an object: a channel may be called `constructor`. */
  readonly #tracks = new Map<string, RocketTrack>();
  #sortedChannels: readonly string[] | null = null;
  #gapCount = 0;
  #parkedCount = 0;

  constructor(private readonly channelsMax: number) {}

  get size(): number {
    return this.#tracks.size;
  }

  get(channel: string): RocketTrack | null {
    return this.#tracks.get(channel) ?? null;
  }

  set(track: RocketTrack): void {
    const before = this.#tracks.get(track.channel);
    if (before === undefined) this.#sortedChannels = null;
    this.#gapCount += gapCount(track.taken) - (before ? gapCount(before.taken) : 0);
    this.#parkedCount += parked(track.taken) - (before ? parked(before.taken) : 0);
    this.#tracks.set(track.channel, track);
  }

  /**
   * A track for the first message of a channel.
   * @param others further channels that are about to be
   * @throws DomainError ROCKET_STORE_FULL
   */
  begin(channel: string, others = 0): RocketTrack {
    if (this.#tracks.size + others < this.channelsMax) return newTrack(channel);
    throw full(`The store follows ${this.channelsMax} channels and takes no new one.`);
  }

  /** @throws DomainError ROCKET_STORE_FULL when there is no room for what a message makes of a track */
  checkRoom(before: RocketTrack, after: RocketTrack): void {
    const isMoreGaps = gapCount(after.taken) > gapCount(before.taken);
    if (isMoreGaps && this.#gapCount >= GAPS_TOTAL_MAX)
      throw full(
        `Messages are missing in ${GAPS_TOTAL_MAX} places; the ones in between are taken.`,
      );
    if (parked(after.taken) > parked(before.taken) && this.#parkedCount >= PARKED_MESSAGES_MAX)
      throw full(`${PARKED_MESSAGES_MAX} messages wait for earlier ones; those are taken.`);
  }

  /** By channel, ascending, those after `after`. */
  list({ after, limit }: { readonly after: string; readonly limit: number }): RocketTrack[] {
    this.#sortedChannels ??= [...this.#tracks.keys()].toSorted(byName);
    const first = firstAfter(this.#sortedChannels, after);
    return this.#sortedChannels
      .slice(first, first + limit)
      .flatMap((channel) => this.#tracks.get(channel) ?? []);
  }

  names(): IterableIterator<string> {
    return this.#tracks.keys();
  }

  /** By the time of their newest message, oldest first; ties by name. */
  namesByUpdate(): string[] {
    return [...this.#tracks.values()].toSorted(byLatestUpdate).map(({ channel }) => channel);
  }

  get isFull(): boolean {
    return (
      this.#tracks.size >= this.channelsMax ||
      this.#gapCount >= GAPS_TOTAL_MAX ||
      this.#parkedCount >= PARKED_MESSAGES_MAX
    );
  }

  /** For the health. */
  counts() {
    return {
      channels: this.#tracks.size,
      channels_max: this.channelsMax,
      open_gaps: this.#gapCount,
      open_gaps_max: GAPS_TOTAL_MAX,
      messages_parked: this.#parkedCount,
      messages_parked_max: PARKED_MESSAGES_MAX,
    };
  }
}

const full = (message: string): DomainError => new DomainError('ROCKET_STORE_FULL', message);

/** Messages above the low-water mark. */
const parked = ({ count, lowWater }: TakenNumbers): number => count - lowWater;

const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function byLatestUpdate(a: RocketTrack, b: RocketTrack): number {
  const [left, right] = [a.rocket.latest, b.rocket.latest];
  const byTime = left && right ? compareTimes(left, right) : 0;
  return byTime || byName(a.channel, b.channel);
}

function firstAfter(sorted: readonly string[], name: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}

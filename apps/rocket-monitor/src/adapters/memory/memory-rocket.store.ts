import {
  compareTimes,
  digestOf,
  DomainError,
  gapCount,
  newTrack,
  type Reception,
  receive,
  type RocketMessage,
  type RocketTrack,
} from '#common/domain';
import type { PartHealth } from '#common/platform';
import type { RocketFactSink } from '../../rockets/rocket-events.port.js';
import {
  type Outcome,
  REJECTED_BODY_CHARS_MAX,
  REJECTED_MESSAGES_MAX,
  type RejectedMessage,
  RocketStore,
} from '../../rockets/rocket-store.port.js';
import { MessageDigests } from './message-digests.js';

/** Open gaps of all channels together, 16 bytes each. */
const GAPS_TOTAL_MAX = 1_000_000;

/** Keeps the tracks in this process. Each method does its work in one turn, so nothing comes between. */
export class MemoryRocketStore extends RocketStore {
  /** A map, not an object: a channel may be called `constructor`. */
  readonly #tracks = new Map<string, RocketTrack>();
  readonly #digests = new MessageDigests();
  readonly #rejected: RejectedMessage[] = [];
  #sortedChannels: readonly string[] | null = null;
  #gapCount = 0;

  constructor(
    private readonly channelsMax: number,
    private readonly events: RocketFactSink,
  ) {
    super();
  }

  async take(message: RocketMessage): Promise<Outcome> {
    const { channel, number } = message;
    const before = this.#tracks.get(channel) ?? this.#newTrack(channel);
    const reception = receive(before, message, this.#digests.get(channel, number));
    // First what can still fail: a message whose facts cannot be told is not taken.
    this.#checkGaps(before, reception.track);
    for (const fact of reception.facts) this.events.publish(channel, fact);
    this.#keep(message, before, reception);
    return reception.outcome;
  }

  async find(channel: string): Promise<RocketTrack | null> {
    return this.#tracks.get(channel) ?? null;
  }

  async list({ after, limit }: { after: string; limit: number }): Promise<RocketTrack[]> {
    this.#sortedChannels ??= [...this.#tracks.keys()].toSorted(byName);
    const first = firstAfter(this.#sortedChannels, after);
    return this.#sortedChannels
      .slice(first, first + limit)
      .flatMap((channel) => this.#tracks.get(channel) ?? []);
  }

  async channels(): Promise<string[]> {
    return [...this.#tracks.values()].toSorted(byLatestUpdate).map(({ channel }) => channel);
  }

  async reject(message: RejectedMessage): Promise<void> {
    this.#rejected.push({ ...message, body: beginningOf(message.body) });
    if (this.#rejected.length > REJECTED_MESSAGES_MAX) this.#rejected.shift();
  }

  async rejected(limit: number): Promise<RejectedMessage[]> {
    return this.#rejected.slice(-limit).toReversed();
  }

  async health(): Promise<PartHealth> {
    const isFull = this.#tracks.size >= this.channelsMax || this.#gapCount >= GAPS_TOTAL_MAX;
    return {
      status: isFull ? 'degraded' : 'up',
      kind: 'memory',
      channels: this.#tracks.size,
      channels_max: this.channelsMax,
      open_gaps: this.#gapCount,
      open_gaps_max: GAPS_TOTAL_MAX,
    };
  }

  #newTrack(channel: string): RocketTrack {
    if (this.#tracks.size < this.channelsMax) return newTrack(channel);
    throw new DomainError(
      'ROCKET_STORE_FULL',
      `The store follows ${this.channelsMax} channels and takes no new one.`,
    );
  }

  #checkGaps(before: RocketTrack, after: RocketTrack): void {
    const isMore = gapCount(after.taken) > gapCount(before.taken);
    if (isMore && this.#gapCount >= GAPS_TOTAL_MAX)
      throw new DomainError(
        'ROCKET_STORE_FULL',
        `Messages are missing in ${GAPS_TOTAL_MAX} places; the ones in between are taken.`,
      );
  }

  #keep(message: RocketMessage, before: RocketTrack, { outcome, track }: Reception): void {
    const { channel, number } = message;
    this.#tracks.set(channel, track);
    if (outcome !== 'new') return;
    if (before.taken.count === 0) this.#sortedChannels = null;
    this.#gapCount += gapCount(track.taken) - gapCount(before.taken);
    this.#digests.add(channel, number, digestOf(message));
  }
}

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

/** Through a buffer: a slice alone would keep the whole text alive. */
const beginningOf = (text: string): string =>
  text.length <= REJECTED_BODY_CHARS_MAX
    ? text
    : Buffer.from(text.slice(0, REJECTED_BODY_CHARS_MAX)).toString();

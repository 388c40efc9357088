import {
  compareTimes,
  DomainError,
  FIRST_CHECKPOINT,
  gapCount,
  lastPageEnd,
  newTrack,
  type Reception,
  receive,
  type RocketArrival,
  type RocketCheckpoint,
  type RocketTrack,
} from '#common/domain';
import type { PartHealth } from '#common/platform';
import type { RocketFactSink } from '../../rockets/rocket-events.port.js';
import {
  type ChangeListener,
  type HistoryQuery,
  PARKED_MESSAGES_MAX,
  REJECTED_BODY_CHARS_MAX,
  REJECTED_MESSAGES_MAX,
  type RejectedMessage,
  RocketStore,
  type Taken,
} from '../../rockets/rocket-store.port.js';
import type { HistoryRecord } from './channel-history.js';
import { MessageHistories } from './message-histories.js';

/** Open gaps of all channels together, 16 bytes each. */
const GAPS_TOTAL_MAX = 1_000_000;

export interface MemoryRocketStoreOptions {
  readonly channelsMax: number;
  /** Messages at or below the low-water marks. */
  readonly historyMax: number;
  readonly events: RocketFactSink;
}

/** A part of all that the store knows. */
export type StoreRecord =
  | { readonly rejected: readonly RejectedMessage[] }
  | { readonly track: RocketTrack; readonly history: HistoryRecord };

/** Keeps all in this process. Each method does its work in one turn, so nothing comes between. */
export class MemoryRocketStore extends RocketStore {
  /** A map, not an object: a channel may be called `constructor`. */
  readonly #tracks = new Map<string, RocketTrack>();
  readonly #histories: MessageHistories;
  readonly #rejected: RejectedMessage[] = [];
  readonly #listeners: ChangeListener[] = [];
  #sortedChannels: readonly string[] | null = null;
  #gapCount = 0;
  #parkedCount = 0;

  constructor(private readonly options: MemoryRocketStoreOptions) {
    super();
    this.#histories = new MessageHistories(options.historyMax);
  }

  async take(arrival: RocketArrival): Promise<Taken> {
    const { channel, number } = arrival;
    const before = this.#tracks.get(channel) ?? this.#newTrack(channel);
    const reception = receive(before, arrival, this.#histories.of(channel)?.content(number));
    // First what can still fail: a message whose facts cannot be told is not taken.
    this.#checkLimits(before, reception.track);
    for (const fact of reception.facts) this.options.events.publish(channel, fact);
    this.#keep(arrival, before, reception);
    return { outcome: reception.outcome, endsPage: endsPage(before, reception.track) };
  }

  async find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    return channels.map((channel) => this.#tracks.get(channel) ?? null);
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

  async history(channel: string, query: HistoryQuery): Promise<RocketArrival[]> {
    const track = this.#tracks.get(channel);
    return (track && this.#histories.of(channel)?.find(track.taken, query)) ?? [];
  }

  async checkpoint(channel: string, atMost: number): Promise<RocketCheckpoint | null> {
    const history = this.#histories.of(channel);
    return history === undefined ? FIRST_CHECKPOINT : history.checkpoint(atMost);
  }

  async keepCheckpoint(channel: string, checkpoint: RocketCheckpoint): Promise<void> {
    this.#histories.of(channel)?.keepCheckpoint(checkpoint);
  }

  async reject(message: RejectedMessage): Promise<void> {
    this.#rejected.push({ ...message, body: beginningOf(message.body) });
    if (this.#rejected.length > REJECTED_MESSAGES_MAX) this.#rejected.shift();
    const track = message.channel === null ? undefined : this.#tracks.get(message.channel);
    if (track === undefined) return;
    this.#tracks.set(track.channel, { ...track, rejectedCount: track.rejectedCount + 1 });
    this.#tellChange(track.channel);
  }

  async rejected(limit: number): Promise<RejectedMessage[]> {
    return this.#rejected.slice(-limit).toReversed();
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** All that is known, in parts that are each of one moment. */
  *records(): Generator<StoreRecord> {
    yield { rejected: [...this.#rejected] };
    for (const channel of this.#tracks.keys()) {
      const [track, history] = [this.#tracks.get(channel), this.#histories.of(channel)];
      if (track && history) yield { track, history: history.record() };
    }
  }

  /** Into an empty store. */
  restore(record: StoreRecord): void {
    if ('rejected' in record) {
      this.#rejected.push(...record.rejected);
      return;
    }
    const { track, history } = record;
    this.#tracks.set(track.channel, track);
    this.#gapCount += gapCount(track.taken);
    this.#parkedCount += parked(track);
    this.#histories.restore(track, history);
    this.#sortedChannels = null;
  }

  async health(): Promise<PartHealth> {
    const isFull =
      this.#tracks.size >= this.options.channelsMax ||
      this.#gapCount >= GAPS_TOTAL_MAX ||
      this.#parkedCount >= PARKED_MESSAGES_MAX;
    return {
      status: isFull ? 'degraded' : 'up',
      kind: 'memory',
      channels: this.#tracks.size,
      channels_max: this.options.channelsMax,
      open_gaps: this.#gapCount,
      open_gaps_max: GAPS_TOTAL_MAX,
      messages_parked: this.#parkedCount,
      messages_parked_max: PARKED_MESSAGES_MAX,
    };
  }

  #newTrack(channel: string): RocketTrack {
    const { channelsMax } = this.options;
    if (this.#tracks.size < channelsMax) return newTrack(channel);
    throw full(`The store follows ${channelsMax} channels and takes no new one.`);
  }

  #checkLimits(before: RocketTrack, after: RocketTrack): void {
    const isMoreGaps = gapCount(after.taken) > gapCount(before.taken);
    if (isMoreGaps && this.#gapCount >= GAPS_TOTAL_MAX)
      throw full(
        `Messages are missing in ${GAPS_TOTAL_MAX} places; the ones in between are taken.`,
      );
    if (parked(after) > parked(before) && this.#parkedCount >= PARKED_MESSAGES_MAX)
      throw full(`${PARKED_MESSAGES_MAX} messages wait for earlier ones; those are taken.`);
  }

  #keep(arrival: RocketArrival, before: RocketTrack, { outcome, track }: Reception): void {
    const { channel } = track;
    this.#tracks.set(channel, track);
    if (outcome === 'new') {
      if (before.taken.count === 0) this.#sortedChannels = null;
      this.#gapCount += gapCount(track.taken) - gapCount(before.taken);
      this.#parkedCount += parked(track) - parked(before);
      this.#histories.add(arrival, track);
    }
    this.#tellChange(channel);
  }

  #tellChange(channel: string): void {
    for (const listener of this.#listeners) listener([channel]);
  }
}

const full = (message: string): DomainError => new DomainError('ROCKET_STORE_FULL', message);

/** Messages above the low-water mark. */
const parked = ({ taken: { count, lowWater } }: RocketTrack): number => count - lowWater;

const endsPage = (before: RocketTrack, after: RocketTrack): boolean =>
  lastPageEnd(after.taken.lowWater) > lastPageEnd(before.taken.lowWater);

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

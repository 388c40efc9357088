import {
  FIRST_CHECKPOINT,
  lastPageEnd,
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
  REJECTED_BODY_CHARS_MAX,
  REJECTED_MESSAGES_MAX,
  type RejectedMessage,
  RocketStore,
  type Taken,
} from '../../rockets/rocket-store.port.js';
import { RocketTracks } from '../rocket-tracks.js';
import type { HistoryRecord } from './channel-history.js';
import { MessageHistories } from './message-histories.js';

export interface MemoryRocketStoreOptions {
  readonly channelsMax: number;
  /** Messages at or below the low-water marks. */
  readonly historyMax: number;
  /** UTF-16 units of these messages, and as many of those above; not set: as the heap allows. */
  readonly charsMax?: number;
  readonly events: RocketFactSink;
}

/** A part of all that the store knows. */
export type StoreRecord =
  | { readonly rejected: readonly RejectedMessage[] }
  | { readonly track: RocketTrack; readonly history: HistoryRecord };

/** Keeps all in this process. Each method does its work in one turn, so nothing comes between. */
export class MemoryRocketStore extends RocketStore {
  /** Why the file that keeps a copy does not, for the health. */
  snapshotFault: string | null = null;
  readonly #tracks: RocketTracks;
  readonly #histories: MessageHistories;
  readonly #rejected: RejectedMessage[] = [];
  readonly #listeners: ChangeListener[] = [];

  constructor(private readonly options: MemoryRocketStoreOptions) {
    super();
    this.#tracks = new RocketTracks(options.channelsMax);
    this.#histories = new MessageHistories({
      settledMax: options.historyMax,
      charsMax: options.charsMax,
    });
  }

  async take(arrival: RocketArrival): Promise<Taken> {
    const { channel, number } = arrival;
    const before = this.#tracks.get(channel) ?? this.#tracks.begin(channel);
    const reception = receive(before, arrival, this.#histories.of(channel)?.content(number));
    // First what can still fail: a message whose facts cannot be told is not taken.
    this.#tracks.checkRoom(before, reception.track);
    if (reception.outcome === 'new') this.#histories.checkRoom(arrival, reception.track);
    for (const fact of reception.facts) this.options.events.publish(channel, fact);
    this.#keep(arrival, reception);
    return { outcome: reception.outcome, endsPage: endsPage(before, reception.track) };
  }

  async find(channels: readonly string[]): Promise<(RocketTrack | null)[]> {
    return channels.map((channel) => this.#tracks.get(channel));
  }

  async list(page: { readonly after: string; readonly limit: number }): Promise<RocketTrack[]> {
    return this.#tracks.list(page);
  }

  async channels(): Promise<string[]> {
    return this.#tracks.namesByUpdate();
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
    const track = message.channel === null ? null : this.#tracks.get(message.channel);
    if (track === null) return;
    this.#tracks.set({ ...track, rejectedCount: track.rejectedCount + 1 });
    this.#tellChange(track.channel);
  }

  async rejected(limit: number): Promise<RejectedMessage[]> {
    return this.#rejected.slice(-limit).toReversed();
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  async tellChanges(): Promise<void> {}

  /** All that is known, in parts that are each of one moment. */
  *records(): Generator<StoreRecord> {
    yield { rejected: [...this.#rejected] };
    for (const channel of this.#tracks.names()) {
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
    this.#tracks.set(track);
    this.#histories.restore(track, history);
  }

  async health(): Promise<PartHealth> {
    const isFull = this.#tracks.isFull || this.#histories.isFull;
    const reasons = [...(isFull ? ['A limit is reached'] : []), this.snapshotFault ?? []].flat();
    const counts = { kind: 'memory', ...this.#tracks.counts(), ...this.#histories.counts() };
    return reasons.length === 0
      ? { status: 'up', ...counts }
      : { status: 'degraded', reason: reasons.join('; '), ...counts };
  }

  #keep(arrival: RocketArrival, { outcome, track }: Reception): void {
    this.#tracks.set(track);
    if (outcome === 'new') this.#histories.add(arrival, track);
    this.#tellChange(track.channel);
  }

  #tellChange(channel: string): void {
    for (const listener of this.#listeners) listener([channel]);
  }
}

const endsPage = (before: RocketTrack, after: RocketTrack): boolean =>
  lastPageEnd(after.taken.lowWater) > lastPageEnd(before.taken.lowWater);

/** Through a buffer: a slice alone would keep the whole text alive. */
const beginningOf = (text: string): string =>
  text.length <= REJECTED_BODY_CHARS_MAX
    ? text
    : Buffer.from(text.slice(0, REJECTED_BODY_CHARS_MAX)).toString();

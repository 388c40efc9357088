import {
  lastPageEnd,
  newTrack,
  receive,
  type RocketArrival,
  type RocketMessage,
  type RocketTrack,
  takeNumber,
  withMessage,
} from '#common/domain';
import { RocketTracks } from '../rocket-tracks.js';
import type { ChannelCounts, LogNews } from './log.follower.js';

/**
 * What the log makes of the channels. Messages that others have taken come in whatever the limits say;
 * this process checks its own before they are under way, so the limits of one channel and of gaps may be
 * passed by as many as are under way at one time.
 */
export class LogTracks {
  readonly tracks: RocketTracks;
  /** The end of the page that was told last, of each channel. */
  readonly #pageEnds = new Map<string, number>();
  /** Channels that their first messages are under way for, and how many. */
  readonly #beginnings = new Map<string, number>();
  /** What others have counted of those before this process has the answer to its first message. */
  readonly #earlyCounts = new Map<string, ChannelCounts>();

  /** @param tell is called with channels that have changed */
  constructor(
    channelsMax: number,
    private readonly tell: (channels: readonly string[]) => void,
  ) {
    this.tracks = new RocketTracks(channelsMax);
  }

  /** As it was found at the start. */
  begin(track: RocketTrack, checkpointed: number): void {
    this.tracks.set(track);
    this.#pageEnds.set(track.channel, checkpointed);
  }

  isTaken(message: RocketMessage): boolean {
    const track = this.tracks.get(message.channel);
    return track !== null && takeNumber(track.taken, message.number) === null;
  }

  /**
   * Does `work` if there is room for the message.
   * @throws DomainError ROCKET_STORE_FULL
   */
  async whileBeginning<T>(arrival: RocketArrival, work: () => Promise<T>): Promise<T> {
    const { channel } = arrival;
    const known = this.tracks.get(channel);
    const isBeginning = this.#beginnings.has(channel);
    const before =
      known ??
      (isBeginning ? newTrack(channel) : this.tracks.begin(channel, this.#beginnings.size));
    this.tracks.checkRoom(before, receive(before, arrival).track);
    if (known !== null) return work();
    this.#beginnings.set(channel, (this.#beginnings.get(channel) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#beginnings.get(channel) ?? 1) - 1;
      if (left === 0) {
        this.#beginnings.delete(channel);
        this.#earlyCounts.delete(channel);
      } else this.#beginnings.set(channel, left);
    }
  }

  apply({ messages, counts }: LogNews): void {
    const changed = new Set<string>();
    for (const message of messages) this.#fold(message, changed);
    for (const one of counts) this.#count(one, changed);
    if (changed.size > 0) this.tell([...changed]);
  }

  /** Whether the mark has passed the end of a page since this was asked last, by whoever's message. */
  endsPage(channel: string): boolean {
    const end = lastPageEnd(this.tracks.get(channel)?.taken.lowWater ?? 0);
    if (end <= (this.#pageEnds.get(channel) ?? 0)) return false;
    this.#pageEnds.set(channel, end);
    return true;
  }

  #fold(message: RocketMessage, changed: Set<string>): void {
    const { channel } = message;
    const before = this.tracks.get(channel) ?? newTrack(channel);
    const after = withMessage(before, message);
    if (after === before) return;
    this.tracks.set(after);
    changed.add(channel);
    const early = this.#earlyCounts.get(channel);
    if (early === undefined) return;
    this.#earlyCounts.delete(channel);
    this.#count(early, changed);
  }

  /** They only grow: the larger ones are the later ones. */
  #count(counts: ChannelCounts, changed: Set<string>): void {
    const [channel, duplicates, conflicts, rejected] = counts;
    const before = this.tracks.get(channel);
    if (before === null) return this.#countEarly(counts);
    const after = {
      ...before,
      duplicateCount: Math.max(before.duplicateCount, duplicates),
      conflictCount: Math.max(before.conflictCount, conflicts),
      rejectedCount: Math.max(before.rejectedCount, rejected),
    };
    const isChanged =
      after.duplicateCount > before.duplicateCount ||
      after.conflictCount > before.conflictCount ||
      after.rejectedCount > before.rejectedCount;
    if (!isChanged) return;
    this.tracks.set(after);
    changed.add(channel);
  }

  /** A message that is not under way is one of another node, and comes with its counts in one reading. */
  #countEarly(counts: ChannelCounts): void {
    const [channel, ...latest] = counts;
    if (!this.#beginnings.has(channel)) return;
    const [, ...before] = this.#earlyCounts.get(channel) ?? [channel, 0, 0, 0];
    const larger = (nr: 0 | 1 | 2): number => Math.max(before[nr], latest[nr]);
    this.#earlyCounts.set(channel, [channel, larger(0), larger(1), larger(2)]);
  }
}

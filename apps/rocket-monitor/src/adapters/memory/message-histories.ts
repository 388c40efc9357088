import type { RocketArrival, RocketTrack } from '#common/domain';
import { ChannelHistory, type HistoryRecord } from './channel-history.js';

/** Messages of one channel that are forgotten at one time. */
const FORGET_NUMBERS = 256;

interface KnownChannel {
  readonly history: ChannelHistory;
  /** As of the last message. */
  lowWater: number;
}

/**
 * The messages of all channels. Of those at or below the low-water marks `settledMax` are kept, and the
 * channels take turns at forgetting their oldest; those above are kept all.
 */
export class MessageHistories {
  readonly #channels = new Map<string, KnownChannel>();
  #settledCount = 0;

  constructor(private readonly settledMax: number) {}

  get settledCount(): number {
    return this.#settledCount;
  }

  of(channel: string): ChannelHistory | undefined {
    return this.#channels.get(channel)?.history;
  }

  /** @param track with this arrival */
  add(arrival: RocketArrival, { channel, taken }: RocketTrack): void {
    const known = this.#channels.get(channel) ?? this.#newChannel(channel);
    known.history.add(arrival);
    this.#settledCount += taken.lowWater - known.lowWater;
    known.lowWater = taken.lowWater;
    while (this.#settledCount > this.settledMax) this.#forgetSome();
  }

  restore({ channel, taken }: RocketTrack, record: HistoryRecord): void {
    const known = this.#newChannel(channel);
    known.history.restore(record);
    known.lowWater = taken.lowWater;
    this.#settledCount += taken.lowWater - known.history.floor;
  }

  #newChannel(channel: string): KnownChannel {
    const known = { history: new ChannelHistory(channel), lowWater: 0 };
    this.#channels.set(channel, known);
    return known;
  }

  /** Of the first channel that has any; those looked at go to the end. */
  #forgetSome(): void {
    for (const [name, known] of this.#channels) {
      this.#channels.delete(name);
      this.#channels.set(name, known);
      const { history, lowWater } = known;
      const through = Math.min(history.floor + FORGET_NUMBERS, lowWater);
      if (through === history.floor) continue;
      this.#settledCount -= through - history.floor;
      history.forget(through);
      return;
    }
  }
}

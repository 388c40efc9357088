import { getHeapStatistics } from 'node:v8';
import { DomainError, type RocketArrival, type RocketTrack } from '#common/domain';
import { ChannelHistory, type HistoryRecord } from './channel-history.js';

/** Messages of one channel that are forgotten at one time. */
const FORGET_NUMBERS = 256;
/**
 * UTF-16 units of the messages below the marks, and as many of those above. A message has some 70, or up to
 * 12,000; a unit takes one byte or two, so all together take at most half of the heap.
 */
const CHARS_MAX = Math.floor(getHeapStatistics().heap_size_limit / 8);

export interface HistoryLimits {
  /** Messages at or below the low-water marks. */
  readonly settledMax: number;
  /** UTF-16 units of the messages below the marks, and as many of those above. */
  readonly charsMax?: number | undefined;
}

interface KnownChannel {
  readonly history: ChannelHistory;
  /** As of the last message. */
  lowWater: number;
}

/**
 * The messages of all channels. Of those at or below the low-water marks `settledMax` are kept, or fewer
 * that are long, and the channels take turns at forgetting their oldest. Those above are kept all, so at
 * some length of them no more are let in.
 */
export class MessageHistories {
  readonly #channels = new Map<string, KnownChannel>();
  readonly #settledMax: number;
  readonly #charsMax: number;
  #settledCount = 0;
  #settledChars = 0;
  #parkedChars = 0;

  constructor({ settledMax, charsMax = CHARS_MAX }: HistoryLimits) {
    this.#settledMax = settledMax;
    this.#charsMax = charsMax;
  }

  get settledCount(): number {
    return this.#settledCount;
  }

  get isFull(): boolean {
    return this.#parkedChars >= this.#charsMax;
  }

  /** For the health. */
  counts() {
    return {
      history_chars: this.#settledChars,
      history_chars_max: this.#charsMax,
      parked_chars: this.#parkedChars,
      parked_chars_max: this.#charsMax,
    };
  }

  of(channel: string): ChannelHistory | undefined {
    return this.#channels.get(channel)?.history;
  }

  /**
   * @param track with this arrival
   * @throws DomainError ROCKET_STORE_FULL when it would wait for earlier ones, and they are long already
   */
  checkRoom({ number }: RocketArrival, { taken }: RocketTrack): void {
    if (number > taken.lowWater && this.isFull)
      throw new DomainError(
        'ROCKET_STORE_FULL',
        `Messages of ${this.#charsMax} characters wait for earlier ones; those are taken.`,
      );
  }

  /** @param track with this arrival */
  add(arrival: RocketArrival, { channel, taken }: RocketTrack): void {
    const known = this.#channels.get(channel) ?? this.#newChannel(channel);
    known.history.add(arrival);
    this.#parkedChars += known.history.chars(arrival.number);
    this.#settle(known, taken.lowWater);
    while (this.#isOver()) this.#forgetSome();
  }

  restore({ channel, taken }: RocketTrack, record: HistoryRecord): void {
    const known = this.#newChannel(channel);
    known.history.restore(record);
    for (const [, text] of record.messages) this.#parkedChars += text.length;
    known.lowWater = known.history.floor;
    this.#settle(known, taken.lowWater);
  }

  /** Those up to the mark wait no more. */
  #settle(known: KnownChannel, lowWater: number): void {
    const chars = charsOf(known.history, known.lowWater, lowWater);
    this.#parkedChars -= chars;
    this.#settledChars += chars;
    this.#settledCount += lowWater - known.lowWater;
    known.lowWater = lowWater;
  }

  #isOver(): boolean {
    return this.#settledCount > this.#settledMax || this.#settledChars > this.#charsMax;
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
      this.#settledChars -= charsOf(history, history.floor, through);
      history.forget(through);
      return;
    }
  }
}

/** Of the messages above `after`, up to `through`. */
function charsOf(history: ChannelHistory, after: number, through: number): number {
  let chars = 0;
  for (let number = after + 1; number <= through; number += 1) chars += history.chars(number);
  return chars;
}

import { type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { Reception } from '../receptions/reception.js';

/** Why a datagram that can be read is not believed. */
export type Implausible = 'time-out-of-range' | 'before-start' | 'after-end' | 'count-jump';

/** More than a gigabit of the smallest packets each second. */
const NUMBERS_PER_SECOND_MAX = 1_000_000;
/** The ship may have begun before its answer came, and clocks differ by parts of a second. */
const HEAD_START_SECONDS = 10;

export interface TimeWindow {
  readonly first: Instant;
  /** Included. */
  readonly last: Instant;
}

/** What a packet says, held against what can be: nothing of one that cannot be is stored. */
export class Plausibility {
  constructor(private readonly window: TimeWindow) {}

  /** A ship whose clock was never set says 1970 or 1980; a damaged memory says anything. */
  hasTime(generatedAt: Instant): boolean {
    return generatedAt >= this.window.first && generatedAt <= this.window.last;
  }

  /**
   * Of a packet of ours. Only what the ship said to us itself, or under its key, counts as its end: closing
   * packets that anybody can send, or that are from the contact before, must not keep out what comes.
   * @param nowMs by the monotonic clock
   */
  faultOf(
    reception: Reception,
    sequence: number,
    generatedAt: Instant,
    { nowMs, isSigned }: { readonly nowMs: number; readonly isSigned: boolean },
  ): Implausible | null {
    if (!this.hasTime(generatedAt)) return 'time-out-of-range';
    const { agreement, closingSequence, statedLast } = reception;
    const last = statedLast ?? (isSigned ? closingSequence : null);
    if (last !== null && sequence > last) return 'after-end';
    if (agreement === null) return null;
    if (sequence < agreement.firstSequence) return 'before-start';
    const numbers = sequence - agreement.firstSequence;
    // Nearly none is so far ahead that the time has to be looked at.
    if (numbers <= NUMBERS_PER_SECOND_MAX * HEAD_START_SECONDS) return null;
    return numbers > possibleNumbers(reception, nowMs) ? 'count-jump' : null;
  }
}

/** That a ship can have used since it was asked. */
function possibleNumbers({ agreement, time }: Reception, nowMs: number): number {
  const seconds = (time.at(nowMs) - agreement!.streamAskedAt) / MICROS_PER_SECOND;
  return NUMBERS_PER_SECOND_MAX * (seconds + HEAD_START_SECONDS);
}

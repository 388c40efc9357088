import { AFTER_END, type Instant, MICROS_PER_SECOND } from '#common/domain';
import type { Reception } from '../receptions/reception.js';

export const TIME_OUT_OF_RANGE = 'time-out-of-range';
/** Why the number of a packet that can be read is not believed. */
export type Implausible = 'before-start' | typeof AFTER_END | 'count-jump';

/** Ten gigabits of our smallest packets are twelve million a second. */
export const NUMBERS_PER_SECOND_MAX = 20_000_000;
/** The ship may have begun before its answer came, and our clocks go by that of the database. */
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
   * What it left out is not guessed here. Nearly no number is so far ahead that the time has to be looked at.
   * @param nowMs by the monotonic clock
   */
  faultOfNumber(
    reception: Reception,
    sequence: number,
    nowMs: number,
    isSigned: boolean,
  ): Implausible | null {
    const { statedFirst, statedLast, closingSequence } = reception;
    const last = statedLast ?? (isSigned ? closingSequence : null);
    if (last !== null && sequence > last) return AFTER_END;
    if (statedFirst === null) return null;
    if (sequence < statedFirst) return 'before-start';
    const numbers = sequence - statedFirst;
    if (numbers <= NUMBERS_PER_SECOND_MAX * HEAD_START_SECONDS) return null;
    return numbers > possibleNumbers(reception, nowMs) ? 'count-jump' : null;
  }
}

/** That a ship can have used since it was asked. The database's clock may have been put back since. */
function possibleNumbers({ agreement, time }: Reception, nowMs: number): number {
  const micros = agreement ? time.at(nowMs) - agreement.streamAskedAt : 0;
  const seconds = Math.max(0, micros / MICROS_PER_SECOND);
  return NUMBERS_PER_SECOND_MAX * (seconds + HEAD_START_SECONDS);
}

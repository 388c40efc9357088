import { DomainError } from './errors.js';
import { newFacts, type RocketFact } from './rocket-facts.js';
import { contentOf, type RocketMessage } from './rocket-message.js';
import { gapCount, NO_NUMBERS, takeNumber, type TakenNumbers } from './rocket-numbers.js';
import { applyMessage, type Rocket, UNKNOWN_ROCKET } from './rocket.js';

/** Everything that is known of one channel. */
export interface RocketTrack {
  readonly channel: string;
  readonly rocket: Rocket;
  readonly taken: TakenNumbers;
  /** Repeated with the same content. */
  readonly duplicateCount: number;
  /** Repeated with other content: the first stays. */
  readonly conflictCount: number;
  /** Bodies that were refused and named this channel, since it is known. */
  readonly rejectedCount: number;
}

export interface Reception {
  readonly outcome: 'new' | 'duplicate' | 'conflict';
  readonly track: RocketTrack;
  readonly facts: readonly RocketFact[];
}

/** Open gaps of one channel; 16 bytes each. Only a number that opens one more is refused. */
export const GAPS_MAX = 20_000;

export const newTrack = (channel: string): RocketTrack => ({
  channel,
  rocket: UNKNOWN_ROCKET,
  taken: NO_NUMBERS,
  duplicateCount: 0,
  conflictCount: 0,
  rejectedCount: 0,
});

/**
 * Takes one message, at most once per number, in any order.
 *
 * @param firstContent `contentOf` the message that was first taken under this number, where it is
 *   still remembered; without it a repetition counts as a duplicate.
 * @throws DomainError ROCKET_STORE_FULL when the number would open a gap over `GAPS_MAX`
 */
export function receive(
  track: RocketTrack,
  message: RocketMessage,
  firstContent?: string,
): Reception {
  const taken = takeNumber(track.taken, message.number);
  if (taken === null) return repeated(track, message, firstContent);
  if (gapCount(taken) > GAPS_MAX && gapCount(taken) > gapCount(track.taken))
    throw new DomainError(
      'ROCKET_STORE_FULL',
      `This channel misses messages in ${GAPS_MAX} places; the ones in between are taken.`,
    );

  const rocket = applyMessage(track.rocket, message);
  const facts = newFacts(track.rocket, rocket);
  return { outcome: 'new', track: { ...track, rocket, taken }, facts };
}

/** With a message that a store has taken: no limit applies. The same track when it is in there already. */
export function withMessage(track: RocketTrack, message: RocketMessage): RocketTrack {
  const taken = takeNumber(track.taken, message.number);
  return taken === null ? track : { ...track, rocket: applyMessage(track.rocket, message), taken };
}

function repeated(track: RocketTrack, message: RocketMessage, firstContent?: string): Reception {
  const isSame = firstContent === undefined || firstContent === contentOf(message);
  return isSame
    ? { outcome: 'duplicate', track: plus(track, 'duplicateCount'), facts: [] }
    : { outcome: 'conflict', track: plus(track, 'conflictCount'), facts: [] };
}

const plus = (track: RocketTrack, counter: 'duplicateCount' | 'conflictCount'): RocketTrack => ({
  ...track,
  [counter]: track[counter] + 1,
});

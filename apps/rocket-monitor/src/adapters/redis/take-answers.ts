import { DomainError, GAPS_MAX } from '#common/domain';
import type { Outcome } from '../../rockets/rocket-store.port.js';

/** Open gaps of all channels together. */
export const GAPS_TOTAL_MAX = 1_000_000;
/** Events that wait for the bus, dead ones included. */
export const EVENTS_MAX = 100_000;

/** What the script said of one message; `isTold`: an event about it is in the outbox. */
export interface TakeAnswer {
  readonly outcome: Outcome;
  readonly isTold: boolean;
}

const ANSWERS: Readonly<Record<string, TakeAnswer>> = {
  new: { outcome: 'new', isTold: false },
  told: { outcome: 'new', isTold: true },
  duplicate: { outcome: 'duplicate', isTold: false },
  conflict: { outcome: 'conflict', isTold: false },
};

/** @throws DomainError when the script refused the message; any other fault is Redis' own */
export function readAnswer(answer: string, channelsMax: number): TakeAnswer {
  const taken = Object.hasOwn(ANSWERS, answer) ? ANSWERS[answer] : undefined;
  if (taken) return taken;
  switch (answer) {
    case 'full-channels':
      throw full(`The store follows ${channelsMax} channels and takes no new one.`);
    case 'full-gaps':
      throw full(
        `This channel misses messages in ${GAPS_MAX} places; the ones in between are taken.`,
      );
    case 'full-all-gaps':
      throw full(
        `Messages are missing in ${GAPS_TOTAL_MAX} places; the ones in between are taken.`,
      );
    case 'full-events':
      throw full('Too many events wait for the bus.');
    case 'foreign':
      throw new DomainError(
        'ROCKET_CHANNEL_REFUSED',
        'Redis holds data under this name that is not of this store; it is left alone.',
        { field: 'metadata.channel' },
      );
    default:
      throw new Error(answer.replace(/^fault /, ''));
  }
}

const full = (message: string): DomainError => new DomainError('ROCKET_STORE_FULL', message);

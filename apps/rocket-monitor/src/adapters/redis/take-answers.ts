import { DomainError, GAPS_MAX } from '#common/domain';
import {
  GAPS_TOTAL_MAX,
  type Outcome,
  PARKED_MESSAGES_MAX,
  type Taken,
} from '../../rockets/rocket-store.port.js';

/** Events that wait for the bus, dead ones included. */
export const EVENTS_MAX = 100_000;

/** What the script said of one message. */
export interface TakeAnswer {
  readonly taken: Taken;
  /** An event about it is in the outbox. */
  readonly isTold: boolean;
}

const answer = (outcome: Outcome, isTold = false, endsPage = false): TakeAnswer => ({
  taken: { outcome, endsPage },
  isTold,
});

const ANSWERS: ReadonlyMap<string, TakeAnswer> = new Map([
  ['new', answer('new')],
  ['new-page', answer('new', false, true)],
  ['told', answer('new', true)],
  ['told-page', answer('new', true, true)],
  ['duplicate', answer('duplicate')],
  ['conflict', answer('conflict')],
]);

/** Whether the script did anything with the message. */
export const isTaken = (text: string): boolean => ANSWERS.has(text);

/** @throws DomainError when the script refused the message; any other fault is Redis' own */
export function readAnswer(text: string, channelsMax: number): TakeAnswer {
  const taken = ANSWERS.get(text);
  if (taken) return taken;
  switch (text) {
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
    case 'full-parked':
      throw full(`${PARKED_MESSAGES_MAX} messages wait for earlier ones; those are taken.`);
    case 'full-events':
      throw full('Too many events wait for the bus.');
    case 'foreign':
      throw new DomainError(
        'ROCKET_CHANNEL_REFUSED',
        'Redis holds data under this name that is not of this store; it is left alone.',
        { field: 'metadata.channel' },
      );
    default:
      throw new Error(text.replace(/^fault /, ''));
  }
}

const full = (message: string): DomainError => new DomainError('ROCKET_STORE_FULL', message);

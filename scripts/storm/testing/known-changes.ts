import type { KnownChange } from '../change-fact.js';
import { groupBy } from '../group-by.js';
import type { ContactHistory } from '../read-histories.js';

/** Two contacts whose changes come between one another. */
export const changes = (): KnownChange[] =>
  ['scheduled', 'scheduled', 'starting', 'cancelled', 'active', 'completed'].map((state, at) => ({
    number: at + 1,
    contactId: at === 1 || at === 3 ? 'contact-2' : 'contact-1',
    state,
    revision: 1,
  }));

export const historiesOf = (known: readonly KnownChange[]): ContactHistory[] =>
  [...groupBy(known, ({ contactId }) => contactId)].map(([contactId, own]) => ({
    contactId,
    changes: own.map(({ number, state, revision }) => ({ number, state, revision })),
  }));

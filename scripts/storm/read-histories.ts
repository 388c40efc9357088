import { setTimeout as wait } from 'node:timers/promises';
import type { NumberedState } from './change-fact.js';
import { call } from './http-call.js';

/** What `GET /scheduler/{id}/history` says of a contact, oldest first; null: it said nothing. */
export interface ContactHistory {
  readonly contactId: string;
  readonly changes: readonly NumberedState[] | null;
}

/** A contact here has seven at most, and a page has room for so many. */
const LIMIT = 1_000;
const AT_ONCE = 8;
const ANSWER_MS_MAX = 10_000;
const TRIES_MAX = 5;
const AGAIN_MS = 500;

/** By the schedulers in turn. */
export async function readHistories(
  schedulers: readonly string[],
  contactIds: readonly string[],
): Promise<ContactHistory[]> {
  const histories: ContactHistory[] = [];
  let next = 0;
  const readNext = async (): Promise<void> => {
    while (next < contactIds.length) {
      const at = next;
      next += 1;
      const contactId = contactIds[at]!;
      const scheduler = schedulers[at % schedulers.length] ?? '';
      const changes = await readHistory(`${scheduler}/scheduler/${contactId}/history`);
      histories[at] = { contactId, changes };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readNext));
  return histories;
}

async function readHistory(url: string): Promise<NumberedState[] | null> {
  for (let tries = 1; ; tries += 1) {
    const answer = await call('GET', `${url}?limit=${LIMIT}`, ANSWER_MS_MAX);
    if (answer.kind === 'answer' && answer.status === 200)
      return (answer.body as NumberedState[]).map(({ number, state, revision }) => ({
        number,
        state,
        revision,
      }));
    if (tries === TRIES_MAX) return null;
    await wait(AGAIN_MS);
  }
}

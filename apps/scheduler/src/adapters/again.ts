import { settleForOthers } from './begun-contacts.js';
import type { BegunStore } from './begun-store.port.js';

/** Whatever comes in between so often: its caller may try it again. */
const ATTEMPTS_MAX = 5;
/** PostgreSQL's codes: what was read is not so any more; two waited for each other. */
const AGAIN = new Set(['40001', '40P01']);

/**
 * What comes upon contacts that have just begun is done again when that is written down, and what
 * waited for somebody that waited for it, too.
 */
export async function again<T>(begun: BegunStore, attempt: () => Promise<T>): Promise<T> {
  for (let nr = 1; ; nr += 1) {
    try {
      return await attempt();
    } catch (fault) {
      const { code } = fault as { readonly code?: string };
      if (nr === ATTEMPTS_MAX || !AGAIN.has(code ?? '')) throw fault;
      await settleForOthers(begun);
    }
  }
}

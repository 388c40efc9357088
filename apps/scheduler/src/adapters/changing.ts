import { DataSource, type EntityManager } from 'typeorm';
import {
  COMMAND_LEASE_MS,
  commandOf,
  readBegun,
  SETTLED_TOGETHER_MAX,
  writeBegun,
} from './settle-statement.js';

/** Whatever comes in between so often: its caller may try it again. */
const ATTEMPTS_MAX = 5;
/** PostgreSQL's codes: what was read is not so any more; two waited for each other. */
const AGAIN = new Set(['40001', '40P01']);
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** A transaction that may change contacts: `again` as often as `again` says. */
export const changing = <T>(
  source: Pick<DataSource, 'transaction'>,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> =>
  // Within the transaction of another, that one is done again.
  source instanceof DataSource
    ? again(source, () => source.transaction(work))
    : source.transaction(work);

/**
 * What comes upon contacts that have just begun is done again when that is written down, and what
 * waited for somebody that waited for it, too.
 */
export async function again<T>(source: DataSource, attempt: () => Promise<T>): Promise<T> {
  for (let nr = 1; ; nr += 1) {
    try {
      return await attempt();
    } catch (fault) {
      const { code } = fault as { readonly code?: string };
      if (nr === ATTEMPTS_MAX || !AGAIN.has(code ?? '')) throw fault;
      await settleBegun(source);
    }
  }
}

/**
 * Writes down what has begun, for who cannot wait for the one that began it; to that one it is left to
 * send the commands.
 * @param contactIds these alone; none: all
 */
export async function settleBegun(
  source: DataSource,
  contactIds: readonly string[] = [],
): Promise<void> {
  for (let count = SETTLED_TOGETHER_MAX; count === SETTLED_TOGETHER_MAX;) {
    const begun = await readBegun(source, NOBODY, 0, contactIds);
    const ids = begun.map(({ id }) => id);
    const commands = begun.map((row) => commandOf(row, COMMAND_LEASE_MS));
    const written = await writeBegun(source, ids, commands);
    count = written.length === 0 ? 0 : begun.length;
  }
}

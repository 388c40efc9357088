import { setTimeout as wait } from 'node:timers/promises';

/**
 * Asks again until there is an answer; `undefined` when the deadline passes first. Polling, because
 * neither files of PostgreSQL nor processes that are not our children announce a change.
 */
export async function poll<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  deadlineMs: number,
  everyMs = 20,
): Promise<T | undefined> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= giveUpAt) return undefined;
    await wait(everyMs);
  }
}

/** Whether the promise settles in time; leaves no timer behind. */
export async function settlesWithin(
  promise: Promise<unknown>,
  deadlineMs: number,
): Promise<boolean> {
  const timeout = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const late = wait(deadlineMs, false, { signal: timeout.signal }).catch(() => false);
  const inTime = await Promise.race([settled, late]);
  timeout.abort();
  return inTime;
}

import { setTimeout as wait } from 'node:timers/promises';

/** Repeats a check until it stops throwing, or throws its last fault after the deadline. */
export async function until(
  check: () => unknown,
  deadlineMs = 20_000,
  everyMs = 20,
): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (fault) {
      if (performance.now() >= giveUpAt) throw fault;
      await wait(everyMs);
    }
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import { residentOf } from '../../storm/memory.js';

const EVERY_MS = 100;

export interface Residents {
  /** In MiB; null where the system does not tell. */
  readonly before: number | null;
  readonly samples: readonly number[];
}

/** What a process holds in memory while the work goes on. */
export async function watchResident<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly residents: Residents }> {
  const before = await residentOf(pid);
  const samples: number[] = [];
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const mebibytes = await residentOf(pid);
      if (mebibytes !== null) samples.push(mebibytes);
      await wait(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    return { result: await work(), residents: { before, samples } };
  } finally {
    over.abort();
    await watching;
  }
}

/**
 * By how much the second half goes above the first, in MiB: buffers fill up and garbage waits at
 * first, and what still grows after that does not end.
 */
export function lateGrowth(samples: readonly number[]): number | null {
  const half = samples.length >> 1;
  if (half === 0) return null;
  const most = (some: readonly number[]): number => some.reduce((a, b) => Math.max(a, b), 0);
  return Math.max(0, most(samples.slice(half)) - most(samples.slice(0, half)));
}

import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { AppProcess } from './app-process.js';

const EVERY_MS = 2_000;

/** The most that each app ever held, in MiB; empty where there is no /proc. */
export class MemoryWatch {
  readonly #most = new Map<string, number>();

  constructor(private readonly apps: readonly AppProcess[]) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const { name, pid } of this.apps) {
        const mebibytes = await residentOf(pid);
        if (mebibytes !== null)
          this.#most.set(name, Math.max(mebibytes, this.#most.get(name) ?? 0));
      }
      await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  most(): Record<string, number> {
    return Object.fromEntries(this.#most);
  }
}

/** In MiB; null where there is no /proc, or no process. */
export async function residentOf(pid: number): Promise<number | null> {
  if (pid === 0) return null;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Math.round(Number(kibibytes) / 1_024);
}

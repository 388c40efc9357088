import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { poll } from '#common/embedded';

/** Of Linux, for every process that asks. */
const TICKS_PER_SECOND = 100;
const IDLE_SECONDS_MAX = 20;
const IDLE_LOOK_MS = 300;
/** Of one processor: databases and timers are never quite still. */
const IDLE_SHARE = 0.1;

/** A process as `/proc/<pid>/stat` tells it. */
export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Its own, and of its children that have ended. */
  readonly ticks: number;
}

/** Its name may hold blanks and brackets: what counts comes after the last of them. */
export function timesIn(stat: string): ProcessTimes {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(11, 15).map(Number);
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(fields[1]),
    ticks: times.reduce((sum, ticks) => sum + ticks, 0),
  };
}

/** Of the processes and all that descends from them. */
export function ticksOf(roots: readonly number[], all: readonly ProcessTimes[]): number {
  const members = new Set(roots);
  for (let before = 0; before < members.size;) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0);
}

/**
 * CPU time in seconds that the processes, with all that descends from them, have taken so far. What a
 * child took stays in the sum when it ends. Null where there is no /proc.
 */
export async function cpuSecondsOf(roots: readonly number[]): Promise<number | null> {
  const names = await readdir('/proc').catch(() => []);
  const stats = names
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  const all = (await Promise.all(stats)).filter((stat) => stat !== '').map(timesIn);
  return all.length === 0 ? null : ticksOf(roots, all) / TICKS_PER_SECOND;
}

/**
 * Until the processes have next to nothing to do, or 20 s at most: what one trial leaves behind must not
 * count against the next. At once where there is no /proc.
 */
export async function untilIdle(roots: readonly number[], signal: AbortSignal): Promise<void> {
  let before = await cpuSecondsOf(roots);
  let at = performance.now();
  if (before === null) return;
  const isIdle = async (): Promise<true | undefined> => {
    signal.throwIfAborted();
    const now = performance.now();
    const taken = await cpuSecondsOf(roots);
    const share = ((taken ?? 0) - (before ?? 0)) / ((now - at) / 1_000);
    [before, at] = [taken, now];
    return share < IDLE_SHARE || undefined;
  };
  // The first look of a poll comes at once, when there is nothing to tell yet.
  await sleep(IDLE_LOOK_MS, undefined, { signal });
  await poll(isIdle, IDLE_SECONDS_MAX * 1_000, IDLE_LOOK_MS);
}

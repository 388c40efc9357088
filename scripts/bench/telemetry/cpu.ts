import { readdir, readFile } from 'node:fs/promises';

/** Of Linux, for every process that asks. */
const TICKS_PER_SECOND = 100;

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

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Launch, ProcessMark } from './process.js';

const PROBE_MS = 5_000;
const AS_WE_END = ['--pdeathsig', 'KILL', '--'];

let canFollow: Promise<boolean> | undefined;

/** Where the kernel can see to it (Linux), the program ends with this process, even by a kill -9. */
export async function dyingWithUs(wanted: Launch): Promise<Launch> {
  canFollow ??= promisify(execFile)('setpriv', [...AS_WE_END, 'true'], { timeout: PROBE_MS }).then(
    () => true,
    () => false,
  );
  if (!(await canFollow)) return wanted;
  return { ...wanted, file: 'setpriv', args: [...AS_WE_END, wanted.file, ...wanted.args] };
}

const marks = new Set<ProcessMark>();

/** Everywhere else, at least an orderly end of this process takes its servers with it. */
export function killOnExit(mark: ProcessMark): void {
  if (marks.size === 0) process.once('exit', killAll);
  marks.add(mark);
}

/** For one that was stopped: its pid may soon be somebody else's. */
export function forget({ pid }: ProcessMark): void {
  for (const mark of marks) if (mark.pid === pid) marks.delete(mark);
  // Servers that come and go would leave one listener each.
  if (marks.size === 0) process.off('exit', killAll);
}

function killAll(): void {
  for (const { pid } of marks) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already, which is what is wanted.
    }
  }
}

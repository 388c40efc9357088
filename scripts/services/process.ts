import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rename } from 'node:fs/promises';
import { codeOf, ignoring, poll, startOf } from '#common/embedded';

/** A program that is to stay, with its words in a file because whoever starts it may leave. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly logFile: string;
}

/** A process, told apart by its start from a later one that happens to have the same pid. */
export interface ProcessMark {
  readonly pid: number;
  readonly startedAt: string;
}

const KILL_MS_MAX = 5_000;

/**
 * Starts the program in a session of its own: Ctrl-C in a terminal does not reach it, and it outlives
 * this process.
 */
export async function launch({ file, args, env, folder, logFile }: Launch): Promise<ProcessMark> {
  await rename(logFile, `${logFile}.before`).catch(ignoring('ENOENT'));
  const log = await open(logFile, 'a', 0o600);
  try {
    const child = spawn(file, [...args], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    // Rejects when there is no such program: 'error' comes instead of 'spawn'.
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid ?? 0;
    // One that has ended already gets a mark that nothing matches.
    return { pid, startedAt: (await startOf(pid)) ?? 'ended' };
  } finally {
    await log.close();
  }
}

export async function isRunning({ pid, startedAt }: ProcessMark): Promise<boolean> {
  return (await startOf(pid)) === startedAt;
}

/** Never signals a process that took over the pid. */
export async function signal(mark: ProcessMark, name: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(mark))) return;
  try {
    process.kill(mark.pid, name);
  } catch (fault) {
    if (codeOf(fault) !== 'ESRCH') throw fault;
  }
}

/** SIGTERM, and SIGKILL past the deadline. A process that is gone already is a success. */
export async function end(mark: ProcessMark, deadlineMs: number): Promise<void> {
  await signal(mark, 'SIGTERM');
  // A stopped process obeys no SIGTERM until it goes on.
  await signal(mark, 'SIGCONT');
  if (await hasEnded(mark, deadlineMs)) return;
  await signal(mark, 'SIGKILL');
  if (!(await hasEnded(mark, KILL_MS_MAX))) throw new Error(`Process ${mark.pid} does not end.`);
}

export async function kill(mark: ProcessMark, name: NodeJS.Signals): Promise<void> {
  await signal(mark, name);
  if (name === 'SIGKILL' && !(await hasEnded(mark, KILL_MS_MAX)))
    throw new Error(`Process ${mark.pid} does not end.`);
}

async function hasEnded(mark: ProcessMark, deadlineMs: number): Promise<boolean> {
  const ended = await poll(async () => !(await isRunning(mark)) || undefined, deadlineMs);
  return ended ?? false;
}

import { poll } from './deadline.js';
import { readPostmasterPid } from './postmaster-pid.js';
import { servesFolder, startOf } from './process-facts.js';
import { ignoring } from './system-fault.js';

const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/**
 * Stops the server that a killed Node process has left behind. A process that cannot be proven to be
 * a server of this data folder is never signalled.
 *
 * Answers the pid in `postmaster.pid` when it is known to be no server of this folder (dead, a zombie
 * or an unrelated process): the next server may take that file for stale.
 */
export async function stopOrphan(
  dataFolder: string,
  log: (line: string) => void,
): Promise<number | undefined> {
  const left = await readPostmasterPid(dataFolder);
  if (!left) return undefined;
  const serves = await servesFolder(left.pid, dataFolder);
  if (serves === 'unknown') return undefined;
  if (serves === 'no') return left.pid;

  log(`Stopping the PostgreSQL server (pid ${left.pid}) that an earlier run has left behind.`);
  if (await endsAfter('SIGINT', left.pid, dataFolder, FAST_SHUTDOWN_MS)) return left.pid;
  if (await endsAfter('SIGQUIT', left.pid, dataFolder, IMMEDIATE_SHUTDOWN_MS)) return left.pid;
  throw new Error(
    `The PostgreSQL server left behind in ${dataFolder}, pid ${left.pid}, does not stop.`,
  );
}

async function endsAfter(
  signal: NodeJS.Signals,
  pid: number,
  dataFolder: string,
  deadlineMs: number,
): Promise<boolean> {
  // Asked again right before each signal: the pid may have changed hands since.
  if ((await servesFolder(pid, dataFolder)) !== 'yes') return true;
  const start = await startOf(pid);
  try {
    process.kill(pid, signal);
  } catch (fault) {
    ignoring('ESRCH')(fault);
  }
  const ended = await poll(async () => (await startOf(pid)) !== start || undefined, deadlineMs);
  return ended ?? false;
}

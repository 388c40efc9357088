import { readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { runCommand } from './command.js';
import { codeOf } from './system-fault.js';

const PS_DEADLINE_MS = 5_000;

export type Certainty = 'yes' | 'no' | 'unknown';

/** When nothing tells the start of a process: two processes with one pid then look like one. */
export const UNKNOWN_START = 'unknown';

/**
 * A token that no two processes with the same pid share, across reboots too; null when no such
 * process lives. A zombie does not live: it holds no files, no memory and no port.
 */
export async function startOf(pid: number): Promise<string | null> {
  if (!exists(pid)) return null;
  if (!(await hasProc())) return startByPs(pid);
  try {
    const { state, startTicks } = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return state === 'Z' || state === 'X' ? null : `${startTicks}.${bootId.slice(0, 8)}`;
  } catch (fault) {
    if (isGone(fault)) return null;
    throw fault;
  }
}

/** Whether the process is a PostgreSQL server of this data folder. 'yes' and 'no' are proof, not guesses. */
export async function servesFolder(pid: number, dataFolder: string): Promise<Certainty> {
  if ((await startOf(pid)) === null) return 'no';
  if (!(await hasProc())) return servesFolderByPs(pid, dataFolder);
  try {
    // The kernel tells both: the program, and the folder that a server makes its working folder.
    const program = basename(await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
    if (program !== 'postgres') return 'no';
    return (await isSameFolder(`/proc/${pid}/cwd`, dataFolder)) ? 'yes' : 'no';
  } catch (fault) {
    return isGone(fault) ? 'no' : 'unknown';
  }
}

/** Fields 3 and 22 of /proc/<pid>/stat. The name, field 2, may itself hold spaces and brackets. */
export function parseStat(stat: string): { readonly state: string; readonly startTicks: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (!state || !startTicks) throw new Error(`Not the stat of a process: ${stat}`);
  return { state, startTicks };
}

export async function startByPs(pid: number): Promise<string | null> {
  const [state, ...date] = (await ps(pid, 'state=,lstart=')).split(/\s+/);
  if (!state) return exists(pid) ? UNKNOWN_START : null;
  const startedAt = Date.parse(date.join(' '));
  if (state.startsWith('Z')) return null;
  return Number.isNaN(startedAt) ? UNKNOWN_START : String(startedAt / 1_000);
}

export async function servesFolderByPs(pid: number, dataFolder: string): Promise<Certainty> {
  const commandLine = await ps(pid, 'args=');
  if (commandLine === '') return 'unknown';
  if (commandLine.includes(`/bin/postgres -D ${dataFolder} -p `)) return 'yes';
  // One folder can have several names, so another name proves nothing.
  return commandLine.includes('postgres') ? 'unknown' : 'no';
}

/** By its number on the disk: links and mounts give one folder several names. */
async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(one), stat(other)]);
  return first.dev === second.dev && first.ino === second.ino;
}

async function ps(pid: number, columns: string): Promise<string> {
  const command = { file: 'ps', args: ['-ww', '-o', columns, '-p', String(pid)] };
  const { succeeded, output } = await runCommand(command, PS_DEADLINE_MS);
  return succeeded ? output : '';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return codeOf(fault) === 'EPERM';
  }
}

async function hasProc(): Promise<boolean> {
  return readlink('/proc/self').then(
    () => true,
    () => false,
  );
}

function isGone(fault: unknown): boolean {
  return codeOf(fault) === 'ENOENT' || codeOf(fault) === 'ESRCH';
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring } from './system-fault.js';

/** What a server writes in `postmaster.pid` of its data folder. */
export interface PostmasterPid {
  readonly pid: number;
  readonly startedAt: Date;
  readonly isReady: boolean;
}

/** Null when the file is absent, or when its writer has not come to its end. */
export async function readPostmasterPid(dataFolder: string): Promise<PostmasterPid | null> {
  const file = join(dataFolder, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(ignoring('ENOENT'));
  return text === undefined ? null : parsePostmasterPid(text);
}

/** Lines: pid, data folder, start (seconds), port, socket folder, address, shared memory, state. */
export function parsePostmasterPid(text: string): PostmasterPid | null {
  const lines = text.split('\n');
  // A single-user server writes its pid negated; it serves nobody, but it does hold the folder.
  const pid = Math.abs(Number(lines[0]));
  const startedAt = new Date(Number(lines[2]) * 1_000);
  if (!Number.isSafeInteger(pid) || pid === 0 || Number.isNaN(startedAt.getTime())) return null;
  return { pid, startedAt, isReady: lines[7]?.trim() === 'ready' };
}

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoring } from '#common/embedded';
import { end, isRunning, type ProcessMark } from './process.js';

/** What stands in a service's folder while it runs, so that any later process can stop just that. */
export interface Running {
  /** With the password, which is why the file is for its owner only. */
  readonly url: string;
  /** The server first; what it needs to live comes after it. */
  readonly processes: readonly ProcessMark[];
}

export async function readRunning(folder: string): Promise<Running | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'));
  return text === undefined ? undefined : (JSON.parse(text) as Running);
}

export async function writeRunning(folder: string, running: Running): Promise<void> {
  const draft = `${fileIn(folder)}.draft`;
  await writeFile(draft, JSON.stringify(running), { mode: 0o600 });
  await rename(draft, fileIn(folder));
}

export async function areAllRunning({ processes }: Running): Promise<boolean> {
  return (await Promise.all(processes.map(isRunning))).every(Boolean);
}

/**
 * Ends what an earlier start has left in this folder, the server before what it needs. Answers
 * whether any of it was still alive. After a reboot no mark fits any process, and nothing is signalled.
 */
export async function endRunning(folder: string, deadlineMs: number): Promise<boolean> {
  const running = await readRunning(folder);
  if (!running) return false;
  let wasAlive = false;
  for (const mark of running.processes) {
    wasAlive ||= await isRunning(mark);
    await end(mark, deadlineMs);
  }
  await rm(fileIn(folder), { force: true });
  return wasAlive;
}

function fileIn(folder: string): string {
  return join(folder, 'running.json');
}

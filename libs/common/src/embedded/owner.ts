import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startOf, UNKNOWN_START } from './process-facts.js';
import { codeOf } from './system-fault.js';

/** One Node process, told apart from later ones with the same pid by its start. */
export interface OwnerMark {
  readonly pid: number;
  readonly startedAt: string;
}

export interface Ownership {
  release(): Promise<void>;
}

const ATTEMPTS_MAX = 3;
const RETRY_AFTER_MS = 50;

/**
 * Makes this process the one owner of the folder. The name of the owner file is the mark itself, so
 * removing a dead owner's file can never hit a live one, however the steps of two processes mix.
 * Each writes its own mark first and looks for others then: of two at once at least one sees the
 * other and withdraws; if both do, they come back after different waits.
 */
export async function claimOwnership(folder: string): Promise<Ownership> {
  const mark = { pid: process.pid, startedAt: (await startOf(process.pid)) ?? UNKNOWN_START };
  const file = join(folder, ownerFileName(mark));
  const release = (): Promise<void> => rm(file, { force: true });

  for (let attempt = 1; ; attempt += 1) {
    await writeMark(folder, file);
    const rival = await findLiveOwner(folder, mark).catch(async (fault: unknown) => {
      await release();
      throw fault;
    });
    if (!rival) return { release };
    await release();
    if (attempt === ATTEMPTS_MAX) throw inUse(folder, rival.pid);
    await wait(RETRY_AFTER_MS * (1 + Math.random()));
  }
}

export function ownerFileName({ pid, startedAt }: OwnerMark): string {
  return `owner-${pid}-${startedAt}`;
}

export function parseOwnerFileName(name: string): OwnerMark | null {
  const [, pid, startedAt] = /^owner-([1-9]\d{0,9})-([\w.]+)$/.exec(name) ?? [];
  return pid && startedAt ? { pid: Number(pid), startedAt } : null;
}

async function writeMark(folder: string, file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw inUse(folder, process.pid);
    throw new Error(`${folder} is not writable for this user.`, { cause });
  }
}

/** Clears away the marks of the dead on the way. */
async function findLiveOwner(folder: string, own: OwnerMark): Promise<OwnerMark | null> {
  for (const name of await readdir(folder)) {
    const mark = parseOwnerFileName(name);
    if (!mark || name === ownerFileName(own)) continue;
    if (await isAlive(mark)) return mark;
    await rm(join(folder, name), { force: true });
  }
  return null;
}

async function isAlive({ pid, startedAt }: OwnerMark): Promise<boolean> {
  const current = await startOf(pid);
  if (current === null) return false;
  return current === startedAt || [current, startedAt].includes(UNKNOWN_START);
}

function inUse(folder: string, pid: number): Error {
  return new Error(`Another Perigee, pid ${pid}, uses ${folder}. Stop it first.`);
}

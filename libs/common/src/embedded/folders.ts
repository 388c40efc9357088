import { lchown, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ignoring } from './system-fault.js';

/** Only the folder itself is closed to others: a private parent could lock the server's user out. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o700 }).catch(ignoring('EEXIST'));
}

/**
 * Changes the owner of a folder and all in it. Only root can, and only root has other users run things.
 * The folder itself comes last, so one that has the right owner needs no second look inside.
 */
export async function giveTree(path: string, userId: number | undefined): Promise<void> {
  if (process.getuid?.() !== 0 || userId === undefined) return;
  const found = await lstat(path);
  if (found.uid === userId) return;
  if (found.isDirectory()) {
    for (const name of await readdir(path)) await giveTree(join(path, name), userId);
  }
  await lchown(path, userId, userId);
}

/** A new name in a folder outlives a power cut only when the folder itself is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

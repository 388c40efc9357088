import { open } from 'node:fs/promises';

/** A new name in a folder outlives a power cut only when the folder itself is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

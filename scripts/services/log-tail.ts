import { open } from 'node:fs/promises';
import { ignoring } from '#common/embedded';

const TAIL_BYTES_MAX = 2_048;

/** The end of each log that has something to say, whatever the size of the whole. */
export async function readLogTail(files: readonly string[]): Promise<string> {
  const tails: string[] = [];
  for (const file of files) {
    const tail = await readTail(file);
    if (tail !== '') tails.push(`The end of ${file}:\n${tail}`);
  }
  return tails.length > 0 ? tails.join('\n') : `Nothing is written in ${files.join(', ')}.`;
}

async function readTail(file: string): Promise<string> {
  const handle = await open(file).catch(ignoring('ENOENT'));
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(TAIL_BYTES_MAX),
      position: Math.max(0, size - TAIL_BYTES_MAX),
    });
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await handle.close();
  }
}

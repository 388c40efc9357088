import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FileError } from './file-error.js';

/**
 * Writes all texts to a file, which has its name once they are all there: a recording that breaks off
 * leaves what was there before. A pipe or device is written to as it is; so is `-`, standard output.
 * @throws {FileError} when the file cannot be opened
 */
export async function writeRecording(
  file: string,
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  const source = Readable.from(texts, { objectMode: true, highWaterMark: 1 });
  if (file === '-') return pipeline(source, process.stdout, { signal, end: false });
  const isReplaceable = await canBeReplaced(file);
  const target = isReplaceable ? `${file}.${randomUUID()}.draft` : file;
  const handle = await open(target, 'w').catch((fault: unknown) => {
    throw FileError.of(file, fault);
  });
  try {
    await pipeline(source, handle.createWriteStream(), { signal });
    if (isReplaceable) await rename(target, file);
  } catch (fault) {
    if (isReplaceable) await rm(target, { force: true });
    throw fault;
  }
}

/** Whether there is nothing of that name, or a plain file. */
async function canBeReplaced(file: string): Promise<boolean> {
  const found = await stat(file).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return null;
    throw FileError.of(file, fault);
  });
  if (found?.isDirectory()) throw new FileError(`${file} is a folder, not a file.`);
  return found === null || found.isFile();
}

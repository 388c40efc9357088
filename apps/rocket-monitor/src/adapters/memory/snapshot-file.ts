import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { syncFolder } from '#common/platform';

const HEADER = JSON.stringify({ perigee: 'rockets', version: 1 });
/** Written together; a record may be longer. */
const CHUNK_CHARS = 64 * 1_024;

/** As `randomUUID` writes one. */
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** Not a snapshot, or only a part of one. */
export class SnapshotFault extends Error {
  override readonly name = 'SnapshotFault';
}

/**
 * Writes records as lines of JSON between a header and their count. The file has its name only once it is
 * whole and on the disk: until then the former one stays.
 */
export async function writeSnapshot(path: string, records: Iterable<object>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await writeLines(file, records);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (fault) {
    await rm(draft, { force: true });
    throw fault;
  }
  await syncFolder(dirname(path));
}

/** Removes the drafts of a process that was killed while it wrote. */
export async function removeDrafts(path: string): Promise<void> {
  const [folder, beginning] = [dirname(path), `${basename(path)}.`];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const isDraft =
      entry.isFile() &&
      entry.name.startsWith(beginning) &&
      UUID.test(entry.name.slice(beginning.length));
    if (isDraft) await rm(join(folder, entry.name), { force: true });
  }
}

async function writeLines(file: FileHandle, records: Iterable<object>): Promise<void> {
  let [text, count] = [`${HEADER}\n`, 0];
  for (const record of records) {
    text += `${JSON.stringify(record)}\n`;
    count += 1;
    if (text.length < CHUNK_CHARS) continue;
    await file.writeFile(text);
    text = '';
  }
  await file.writeFile(`${text}${JSON.stringify({ records: count })}\n`);
}

/**
 * The records of a snapshot, one after the other; none where there is no file.
 * @throws {SnapshotFault} when it is not whole: what came until then must not be used
 */
export async function* readSnapshot(path: string): AsyncGenerator<unknown> {
  const stream = createReadStream(path);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let [nr, last] = [0, ''];
  try {
    for await (const line of lines) {
      if (nr === 0 && line !== HEADER) throw new SnapshotFault('It is no snapshot of rockets.');
      if (nr > 1) yield parse(last, nr);
      nr += 1;
      last = line;
    }
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw fault;
  } finally {
    stream.destroy();
  }
  if (last !== JSON.stringify({ records: nr - 2 })) throw new SnapshotFault('Its end is missing.');
}

function parse(line: string, nr: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new SnapshotFault(`Line ${nr} is not JSON.`, { cause });
  }
}

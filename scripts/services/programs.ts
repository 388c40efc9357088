import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where packages put servers, but the PATH of a normal user does not look. */
const SERVER_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/sbin'];

/**
 * The path by which the program is found; undefined where there is none. A link is not followed: some
 * programs, such as Redis', do what the name says by which they are called.
 */
export async function findProgram(
  name: string,
  folders: readonly string[] = searchFolders(),
): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, name);
    const isProgram = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isProgram) return file;
  }
  return undefined;
}

export function searchFolders(): readonly string[] {
  const own = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...own, ...SERVER_FOLDERS];
}

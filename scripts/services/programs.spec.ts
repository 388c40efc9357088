import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from './programs.js';
import { findRabbitmqPrograms } from './rabbitmq-files.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perigee-programs-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function make(...path: string[]): Promise<string> {
  const file = join(folder, ...path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

describe('findProgram', () => {
  it('answers the name that the program goes by, not what a link leads to', async () => {
    const real = await make('redis-check-rdb');
    const link = join(folder, 'redis-server');
    await symlink(real, link);
    expect(await findProgram('redis-server', [join(folder, 'none'), folder])).toBe(link);
  });

  it('passes over what cannot be run', async () => {
    const file = await make('redis-server');
    await chmod(file, 0o644);
    expect(await findProgram('redis-server', [folder])).toBeUndefined();
  });
});

describe('findRabbitmqPrograms', () => {
  it('takes what the wrapper of the package wraps', async () => {
    await make('sbin', 'rabbitmq-script-wrapper');
    for (const name of ['rabbitmq-server', 'rabbitmqctl']) {
      await make('lib', name);
      await symlink('rabbitmq-script-wrapper', join(folder, 'sbin', name));
    }
    for (const name of ['erl', 'epmd']) await make('erlang', name);
    const [lib, sbin, erlang] = ['lib', 'sbin', 'erlang'].map((name) => join(folder, name));
    const found = await findRabbitmqPrograms([lib ?? '', sbin ?? '', erlang ?? '']);
    expect(found).toEqual({
      server: join(folder, 'lib', 'rabbitmq-server'),
      control: join(folder, 'lib', 'rabbitmqctl'),
      epmd: join(folder, 'erlang', 'epmd'),
    });
    expect(await findRabbitmqPrograms([sbin ?? '', erlang ?? ''])).toBeUndefined();
  });

  it('needs Erlang, too', async () => {
    await make('rabbitmq-server');
    await make('rabbitmqctl');
    expect(await findRabbitmqPrograms([folder])).toBeUndefined();
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimOwnership, ownerFileName, parseOwnerFileName } from './owner.js';
import { startOf } from './process-facts.js';

describe('claimOwnership', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-owner-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function markOf(pid: number, startedAt: string): Promise<string> {
    const name = ownerFileName({ pid, startedAt });
    await writeFile(join(folder, name), '');
    return name;
  }

  it('writes a mark, and removes it on release', async () => {
    const ownership = await claimOwnership(folder);
    const marks = (await readdir(folder)).map(parseOwnerFileName);
    await ownership.release();

    expect(marks).toEqual([{ pid: process.pid, startedAt: await startOf(process.pid) }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a second claim of the same process', async () => {
    const ownership = await claimOwnership(folder);

    await expect(claimOwnership(folder)).rejects.toThrow(`Another Perigee, pid ${process.pid}`);
    await ownership.release();
  });

  it('clears away the mark of a process that has ended', async () => {
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'exit');
    const dead = await markOf(ended.pid ?? 0, '1.0');

    const ownership = await claimOwnership(folder);

    expect(await readdir(folder)).not.toContain(dead);
    await ownership.release();
  });

  it('is not misled by a live process that has the pid of a dead owner', async () => {
    const dead = await markOf(process.ppid, 'another.start');

    const ownership = await claimOwnership(folder);

    expect(await readdir(folder)).not.toContain(dead);
    await ownership.release();
  });

  it('withdraws for a live owner, whose mark stays', async () => {
    const live = await markOf(process.ppid, (await startOf(process.ppid)) ?? '');

    await expect(claimOwnership(folder)).rejects.toThrow(`Another Perigee, pid ${process.ppid}`);
    expect(await readdir(folder)).toEqual([live]);
  });

  it('names a folder that it cannot write to', async () => {
    const missing = join(folder, 'missing');

    await expect(claimOwnership(missing)).rejects.toThrow(`${missing} is not writable`);
  });
});

describe('parseOwnerFileName', () => {
  it('reads what ownerFileName writes', () => {
    const mark = { pid: 4711, startedAt: '88123.5f3a9c01' };

    expect(parseOwnerFileName(ownerFileName(mark))).toEqual(mark);
  });

  it.each(['cluster', 'owner-', 'owner-0-1', 'owner-x-1', 'owner-12', 'owner-1-../up'])(
    'takes %j for another file',
    (name) => {
      expect(parseOwnerFileName(name)).toBeNull();
    },
  );
});

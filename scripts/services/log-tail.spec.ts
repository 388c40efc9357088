import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLogTail } from './log-tail.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perigee-log-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('readLogTail', () => {
  it('shows the end of each log that says something, and no more than that', async () => {
    const [long, empty] = [join(folder, 'long.log'), join(folder, 'empty.log')];
    await writeFile(long, `first words${'.'.repeat(100_000)}last words\n`);
    await writeFile(empty, '');
    const tail = await readLogTail([long, empty, join(folder, 'none.log')]);
    expect(tail).toContain('last words');
    expect(tail).not.toContain('first words');
    expect(tail).not.toContain(empty);
    expect(tail.length).toBeLessThan(3_000);
  });

  it('says so when nothing was written', async () => {
    expect(await readLogTail([join(folder, 'none.log')])).toContain('Nothing is written');
  });
});

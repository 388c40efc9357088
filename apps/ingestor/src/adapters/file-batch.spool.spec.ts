import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import type { BatchSpool } from '../archive/spool/batch-spool.port.js';
import type { ArchiveBatch } from '../archive/telemetry-archive.port.js';
import { FileBatchSpool, READ_TRIES_MAX } from './file-batch.spool.js';

const batchNr = (nr: number): ArchiveBatch => ({
  receptions: [],
  blocks: [],
  latest: [
    {
      shipId: nr,
      contactId: 'contact',
      fence: 1,
      definition: 'battery',
      battery: 0,
      sequence: nr,
      generatedAt: nr,
      receivedAt: nr,
      packet: Buffer.alloc(100, nr),
    },
  ],
});

describe('a spool in a folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const opened = (bytesMax = 1_000_000, filesMax = 100): Promise<FileBatchSpool> =>
    FileBatchSpool.open({ folder, bytesMax, filesMax, clock: new SystemClock() });

  async function drained(spool: BatchSpool): Promise<ArchiveBatch[]> {
    const batches: ArchiveBatch[] = [];
    for (let batch = await spool.first(); batch; batch = await spool.first()) {
      batches.push(batch);
      await spool.removeFirst();
    }
    return batches;
  }

  it('gives batches back in order, also to the next process', async () => {
    const before = await opened();
    for (const nr of [1, 2, 3]) await before.append(batchNr(nr));
    await before.removeFirst();
    const after = await opened();
    await after.append(batchNr(4));

    expect(after.length).toBe(3);
    expect(await drained(after)).toEqual([2, 3, 4].map(batchNr));
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the first one until it is removed', async () => {
    const spool = await opened();
    await spool.append(batchNr(1));

    expect(await spool.first()).toEqual(batchNr(1));
    expect(await spool.first()).toEqual(batchNr(1));
  });

  it.each([
    ['bytes', 1_000, 100],
    ['files', 1_000_000, 3],
  ])('takes no more than its limit of %s, and says so', async (_, bytesMax, filesMax) => {
    const spool = await opened(bytesMax, filesMax);
    let taken = 0;
    while (taken < 100 && (await spool.append(batchNr(taken)))) taken += 1;

    expect(taken).toBeLessThan(5);
    expect(spool.health()).toMatchObject({ status: 'degraded', reason: 'The spool is full' });
    await spool.removeFirst();
    expect(await spool.append(batchNr(9))).toBe(true);
  });

  it('puts a damaged file aside and goes on with the next', async () => {
    const before = await opened();
    for (const nr of [1, 2]) await before.append(batchNr(nr));
    const [first] = (await readdir(folder)).toSorted();
    await writeFile(join(folder, first!), 'no batch');
    const after = await opened();

    expect(await drained(after)).toEqual([batchNr(2)]);
    expect(await readdir(folder)).toEqual([`${first}.damaged`]);
    expect(after.health()).toMatchObject({ batches: 0, bytes: 0, batches_damaged: 1 });
  });

  it('goes on with the next when a file is gone', async () => {
    const spool = await opened();
    for (const nr of [1, 2]) await spool.append(batchNr(nr));
    const [first] = (await readdir(folder)).toSorted();
    await rm(join(folder, first!));

    expect(await drained(spool)).toEqual([batchNr(2)]);
    expect(spool.health()).toMatchObject({ batches: 0, bytes: 0, batches_damaged: 1 });
  });

  it('puts a file aside that cannot be read time and again', async () => {
    const spool = await opened();
    for (const nr of [1, 2]) await spool.append(batchNr(nr));
    const [first] = (await readdir(folder)).toSorted();
    await rm(join(folder, first!));
    await mkdir(join(folder, first!));

    for (let attempt = 1; attempt < READ_TRIES_MAX; attempt += 1)
      await expect(spool.first()).rejects.toThrow('EISDIR');
    expect(await drained(spool)).toEqual([batchNr(2)]);
    expect(await readdir(folder)).toEqual([`${first}.damaged`]);
  });

  it('is full no more once what filled it was put aside', async () => {
    const spool = await opened(1_000_000, 1);
    await spool.append(batchNr(1));
    expect(await spool.append(batchNr(2))).toBe(false);
    const [first] = await readdir(folder);
    await writeFile(join(folder, first!), 'no batch');

    expect(await spool.first()).toBeNull();
    expect(spool.health()).toMatchObject({ status: 'up' });
  });

  it('forgets what a process had not finished when it was killed', async () => {
    await writeFile(join(folder, 'half.batch.draft'), 'half');
    const spool = await opened();

    expect(spool.length).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that it waits for the archive, and when nothing waits any more', async () => {
    const spool = await opened();
    await spool.append(batchNr(1));
    expect(spool.health()).toMatchObject({ status: 'degraded', batches: 1 });

    await drained(spool);
    expect(spool.health()).toMatchObject({ status: 'up', batches: 0, bytes: 0 });
  });

  it('refuses a batch, and loses none, when the folder is gone', async () => {
    const spool = await opened();
    await rm(folder, { recursive: true });

    expect(await spool.append(batchNr(1))).toBe(false);
    expect(spool.length).toBe(0);
    expect(spool.health()).toMatchObject({ reason: 'The spool cannot be written' });
  });
});

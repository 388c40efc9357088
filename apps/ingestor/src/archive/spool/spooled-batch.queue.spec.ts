import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '#common/platform';
import { FileBatchSpool } from '../../adapters/file-batch.spool.js';
import type { SealedBatch } from '../batch-queue.js';
import { BlockBuilder } from '../block-builder.js';
import { SpooledBatchQueue } from './spooled-batch.queue.js';

const clock = new SystemClock();

function batchNr(nr: number): SealedBatch {
  const owner = { contactId: 'contact', fence: 1, shipId: 1, definition: 'battery' };
  const builder = new BlockBuilder(owner, 0);
  const head = { sequence: nr, generatedAt: nr, receivedAt: nr };
  builder.add(head, Buffer.alloc(1_000, nr), 0, 1_000, 2);
  const batch = { receptions: [], blocks: [builder.seal(nr)], latest: [] };
  return { batch, samples: 2, sealedAtMs: clock.monotonicMs() };
}

describe('batches in memory and on the disk', () => {
  let folder: string;
  let spool: FileBatchSpool;
  let queue: SpooledBatchQueue;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'));
    await restart();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function restart(bytesMax = 1_000_000): Promise<void> {
    spool = await FileBatchSpool.open({ folder, bytesMax, clock });
    queue = new SpooledBatchQueue(spool, clock, 3_000);
  }

  /** How many there are then. */
  function filled(): number {
    let nr = 0;
    while (queue.hasRoom()) queue.push(batchNr((nr += 1)));
    return nr;
  }

  async function numbers(): Promise<number[]> {
    const found: number[] = [];
    while (queue.size > 0) {
      const { batch } = await queue.first();
      found.push(batch.blocks[0]!.number);
      await queue.shift();
    }
    return found;
  }

  it('keep their order, wherever they are', async () => {
    for (const nr of [1, 2]) queue.push(batchNr(nr));
    await queue.relieve();
    for (const nr of [3, 4]) queue.push(batchNr(nr));

    expect(queue).toMatchObject({ size: 4, samples: 8 });
    expect(spool.length).toBe(2);
    expect(await numbers()).toEqual([1, 2, 3, 4]);
    expect(queue).toMatchObject({ size: 0, samples: 0, waitingSinceMs: null });
  });

  it('have room again once the disk has taken what filled the memory', async () => {
    const nr = filled();
    expect(nr).toBeGreaterThan(1);
    await queue.relieve();

    expect(queue.hasRoom()).toBe(true);
    expect(await numbers()).toHaveLength(nr);
  });

  it('leave half of the memory free where the disk only makes room, and the oldest move', async () => {
    queue = new SpooledBatchQueue(spool, clock, 16_000);
    const full = filled();
    expect(queue.isCrowded).toBe(true);
    await queue.makeRoom();

    expect(queue.isCrowded).toBe(false);
    expect(spool.length).toBeGreaterThan(0);
    expect(spool.length).toBeLessThan(full);
    const onDisk = spool.length;
    await queue.makeRoom();
    expect(spool.length).toBe(onDisk);
    expect(await numbers()).toEqual(Array.from({ length: full }, (_, nr) => nr + 1));
  });

  it('are as old as the oldest of them, wherever that is', async () => {
    for (const [nr, sealedAtMs] of [100, 200, 300].entries())
      queue.push({ ...batchNr(nr + 1), sealedAtMs });
    await queue.relieve();
    queue.push({ ...batchNr(4), sealedAtMs: 400 });

    const ages: (number | null)[] = [];
    for (; queue.size > 0; await queue.shift()) {
      ages.push(queue.waitingSinceMs);
      expect((await queue.first()).sealedAtMs).toBe(ages.at(-1));
    }
    expect(ages).toEqual([100, 200, 300, 400]);
    expect(queue.waitingSinceMs).toBeNull();
  });

  it('are each stored once when the first one is stored while they move to the disk', async () => {
    for (const nr of [1, 2, 3]) queue.push(batchNr(nr));
    const { batch } = await queue.first();
    await Promise.all([queue.relieve(), queue.shift()]);

    expect(batch.blocks[0]!.number).toBe(1);
    expect(await numbers()).toEqual([2, 3]);
  });

  it('stay in memory when the disk is full, and none is lost or overtaken', async () => {
    await restart(3_000);
    for (const nr of [1, 2, 3, 4]) queue.push(batchNr(nr));

    expect(await queue.relieve()).toBe(false);
    expect(spool.length).toBe(2);
    expect(queue.hasRoom()).toBe(false);
    expect(await numbers()).toEqual([1, 2, 3, 4]);
    expect(queue.hasRoom()).toBe(true);
  });

  it('are there for the next process, before its own', async () => {
    for (const nr of [1, 2]) queue.push(batchNr(nr));
    await queue.relieve();
    queue.push(batchNr(3));
    await restart();
    queue.push(batchNr(4));

    expect(queue.waitingSinceMs).not.toBeNull();
    expect(queue).toMatchObject({ size: 3, samples: 6 });
    expect(await numbers()).toEqual([1, 2, 4]);
  });
});

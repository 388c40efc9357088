import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { FileBatchSpool } from '../../adapters/file-batch.spool.js';
import { MemoryTables } from '../../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../../adapters/memory/memory-telemetry.archive.js';
import { Reception } from '../../receptions/reception.js';
import { ArchiveWriter, FLUSH_EVERY_MS } from '../archive-writer.js';
import { BATCH_BYTES_MAX } from '../open-batch.js';
import type { ArchiveBatch, BatchReception } from '../telemetry-archive.port.js';
import { opening } from '../testing/opening.js';
import { SpooledBatchQueue } from './spooled-batch.queue.js';

/** It answers when the test says so. */
class SlowArchive extends MemoryTelemetryArchive {
  readonly batches: ArchiveBatch[] = [];
  isSlow = true;
  answer: () => void = () => undefined;

  override async store(batch: ArchiveBatch): Promise<readonly BatchReception[]> {
    if (this.isSlow)
      await new Promise<void>((resolve) => {
        this.answer = resolve;
      });
    this.batches.push(batch);
    return [];
  }
}

describe('what waits for an archive that does not answer', () => {
  let folder: string;
  let clock: ManualClock;
  let archive: SlowArchive;
  let spool: FileBatchSpool;
  let writer: ArchiveWriter;
  let reception: Reception;
  let sequence: number;

  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relief-'));
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    archive = new SlowArchive(new MemoryTables());
    reception = Reception.open(opening, 1, { port: 10_015, apid: 1 });
    sequence = 0;
    await restart();
  });
  afterEach(async () => {
    archive.isSlow = false;
    archive.answer();
    await writer.close(0);
    await rm(folder, { recursive: true, force: true });
  });

  async function restart(): Promise<void> {
    spool = await FileBatchSpool.open({ folder, bytesMax: 64 * BATCH_BYTES_MAX, clock });
    const queue = new SpooledBatchQueue(spool, clock, 4 * BATCH_BYTES_MAX);
    writer = new ArchiveWriter(archive, clock, queue);
  }

  /** False when there was no room. */
  function write(bytes = 40): boolean {
    if (!writer.hasRoomFor(bytes)) return false;
    sequence += 1;
    reception.account.takeNumbered(sequence, bytes);
    writer.take(reception, {
      definition: 'battery',
      sequence,
      generatedAt: 0,
      receivedAt: 7,
      bytes: Buffer.alloc(bytes, sequence),
      start: 0,
      length: bytes,
      samples: 1,
      batteries: Uint8Array.of(3),
    });
    return true;
  }

  const blockNumbers = (): number[] =>
    archive.batches.flatMap(({ blocks }) => blocks.map(({ number }) => number));

  const upTo = (count: number): number[] => Array.from({ length: count }, (_, nr) => nr + 1);

  async function storing(): Promise<void> {
    write();
    clock.advance(FLUSH_EVERY_MS);
    await until(() => expect(writer.check()).toMatchObject({ samples_waiting: sequence }));
  }

  it('goes to the disk after a while, and is stored once and in order when it answers', async () => {
    await storing();
    write();
    clock.advance(3_000);
    await until(() => expect(spool.length).toBe(2));

    write();
    archive.isSlow = false;
    archive.answer();
    await writer.flush();
    expect(blockNumbers()).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual([]);
    expect(writer.check()).toMatchObject({ samples_stored: 3, samples_waiting: 0 });
  });

  it('goes to the disk before the memory is full', async () => {
    // With the batch that is being filled.
    const count = (4.5 * BATCH_BYTES_MAX) / 2_000;
    for (let n = 0; n < count; n += 1) expect(write(2_000)).toBe(true);
    await until(() => expect(spool.length).toBeGreaterThan(1));
    expect(spool.length).toBeLessThan(4);

    archive.isSlow = false;
    archive.answer();
    await writer.flush();
    expect(blockNumbers()).toEqual(upTo(blockNumbers().length));
    expect(writer.check()).toMatchObject({ samples_stored: sequence, samples_waiting: 0 });
  });

  it('is there for the next process when the ingestor stops', async () => {
    await storing();
    write();
    const isClosed = writer.close(1_000);
    clock.advance(500);
    await until(() => expect(spool.length).toBe(2));
    clock.advance(500);
    await isClosed;
    expect(blockNumbers()).toEqual([]);

    archive.isSlow = false;
    await restart();
    await writer.flush();
    expect(blockNumbers()).toEqual([1, 2]);
  });

  it('is all there for the next process when room is being made as the ingestor stops', async () => {
    const count = (4.5 * BATCH_BYTES_MAX) / 2_000;
    for (let n = 0; n < count; n += 1) expect(write(2_000)).toBe(true);
    const isClosed = writer.close(1_000);
    clock.advance(500);
    await until(() => expect(spool.samples).toBe(sequence));
    clock.advance(500);
    await isClosed;

    archive.isSlow = false;
    await restart();
    await writer.flush();
    expect(blockNumbers()).toEqual(upTo(blockNumbers().length));
    expect(writer.check()).toMatchObject({ samples_stored: sequence, samples_waiting: 0 });
  });

  it('is not waited for when the disk has lost it', async () => {
    await storing();
    clock.advance(3_000);
    await until(() => expect(spool.length).toBe(1));
    await restart();
    for (const name of await readdir(folder)) await rm(join(folder, name));
    await writer.flush();

    expect(blockNumbers()).toEqual([]);
    expect(writer.check()).toMatchObject({ status: 'up', samples_waiting: 0 });
  });
});

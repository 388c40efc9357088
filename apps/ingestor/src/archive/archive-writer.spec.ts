import { Logger } from '@nestjs/common';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { Reception } from '../receptions/reception.js';
import { until } from '../../../../test/support/until.js';
import { ArchiveWriter, BATCHES_WAITING_MAX, FLUSH_EVERY_MS } from './archive-writer.js';
import { BATCH_ROWS_MAX, type SampleBatch } from './sample-batch.js';

/** An archive that can be away. */
class MoodyArchive extends MemoryTelemetryArchive {
  isAway = false;
  readonly sizes: number[] = [];

  override async store(batch: SampleBatch): Promise<void> {
    if (this.isAway) throw new Error('away on purpose');
    this.sizes.push(batch.length);
    // What fills a batch in these tests need not be kept.
    if (batch.length < BATCH_ROWS_MAX) await super.store(batch);
  }
}

const opening = {
  contactId: '00000000-0000-4000-8000-000000000001',
  fence: 1,
  shipName: 'USS Enterprise',
  plannedStart: 0,
  plannedEnd: 60_000_000,
  startedAt: 0,
  latenessMs: 0,
  stream: {},
};

describe('ArchiveWriter', () => {
  let clock: ManualClock;
  let tables: MemoryTables;
  let archive: MoodyArchive;
  let writer: ArchiveWriter;
  let reception: Reception;
  let sequence: number;

  // The faults in here are on purpose.
  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => {
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    tables = new MemoryTables();
    archive = new MoodyArchive(tables);
    writer = new ArchiveWriter(archive, clock);
    reception = Reception.open(opening, 1, { port: 41_000, apid: null });
    sequence = 0;
  });

  /** False when there was no room. */
  function write(): boolean {
    const batch = writer.roomFor(1);
    if (!batch) return false;
    sequence += 1;
    const row = { generatedAt: sequence, sequence, battery: 0, receivedAtMs: 0 };
    batch.add(reception, row, { volts: 1 });
    return true;
  }

  it('writes what it has after a short time, in one piece', async () => {
    for (let n = 0; n < 10; n += 1) write();
    expect(archive.sizes).toEqual([]);
    clock.advance(FLUSH_EVERY_MS);

    await until(() => expect(tables.samples.size).toBe(10));
    expect(archive.sizes).toEqual([10]);
  });

  it('writes a full batch at once', async () => {
    for (let n = 0; n <= BATCH_ROWS_MAX; n += 1) write();

    await until(() => expect(archive.sizes).toEqual([BATCH_ROWS_MAX]));
  });

  it('keeps everything while the archive is away, and says so', async () => {
    archive.isAway = true;
    write();
    const isStored = writer.flush();
    await until(() => expect(writer.check()).toMatchObject({ status: 'down', samples_waiting: 1 }));
    expect(writer.isBehind).toBe(false);
    clock.advance(2_000);
    expect(writer.isBehind).toBe(true);
    write();
    archive.isAway = false;
    await until(() => {
      clock.advance(1_000);
      expect(tables.samples.size).toBe(2);
    });
    await isStored;
    expect(writer.isBehind).toBe(false);

    expect(writer.check()).toEqual({ status: 'up', samples_stored: 2, samples_waiting: 0 });
  });

  it('has no room once its batches are full, and has some again later', async () => {
    archive.isAway = true;
    let taken = 0;
    while (write()) taken += 1;
    expect(taken).toBe((BATCHES_WAITING_MAX + 1) * BATCH_ROWS_MAX);

    archive.isAway = false;
    await until(() => {
      clock.advance(1_000);
      expect(write()).toBe(true);
    });
  });

  it('does not pile up batches by time while the archive is away', async () => {
    archive.isAway = true;
    for (let n = 0; n < 200; n += 1) {
      write();
      clock.advance(FLUSH_EVERY_MS);
      await Promise.resolve();
    }
    archive.isAway = false;
    await until(() => {
      clock.advance(1_000);
      expect(tables.samples.size).toBe(200);
    });

    expect(archive.sizes.length).toBeLessThan(10);
  });

  it('stores what it has before it closes', async () => {
    write();
    await writer.close(1_000);

    expect(tables.samples.size).toBe(1);
  });

  it('gives up at its deadline when the archive stays away', async () => {
    archive.isAway = true;
    write();
    const isClosed = writer.close(1_000);
    clock.advance(1_000);
    await isClosed;

    expect(tables.samples.size).toBe(0);
    await expect(writer.flush()).rejects.toThrow('stops');
  });
});

import { Logger } from '@nestjs/common';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { Reception } from '../receptions/reception.js';
import { until } from '../../../../test/support/until.js';
import { ArchiveWriter, FLUSH_EVERY_MS } from './archive-writer.js';
import { MemoryBatchQueue } from './batch-queue.js';
import { BATCH_BYTES_MAX } from './open-batch.js';
import { BLOCK_PACKETS_MAX, BLOCK_SPAN_MICROS } from './packet-block.js';
import { framesOf } from './packet-frame.js';
import { OPEN_BLOCKS_MAX } from './reception-blocks.js';
import type { ArchiveBatch, BatchReception } from './telemetry-archive.port.js';
import { opening } from './testing/opening.js';

/** An archive that only remembers, and can be away. */
class MoodyArchive extends MemoryTelemetryArchive {
  isAway = false;
  readonly batches: ArchiveBatch[] = [];

  override async store(batch: ArchiveBatch): Promise<readonly BatchReception[]> {
    if (this.isAway) throw new Error('away on purpose');
    this.batches.push(batch);
    return [];
  }

  get packets(): number {
    return sum(this.batches.flatMap(({ blocks }) => blocks.map(({ packets }) => packets)));
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const WAITING_BYTES_MAX = 4 * BATCH_BYTES_MAX;

describe('ArchiveWriter', () => {
  let clock: ManualClock;
  let archive: MoodyArchive;
  let writer: ArchiveWriter;
  let reception: Reception;
  let sequence: number;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => {
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    archive = new MoodyArchive(new MemoryTables());
    writer = new ArchiveWriter(archive, clock, new MemoryBatchQueue(WAITING_BYTES_MAX));
    reception = Reception.open(opening, 1, { port: 10_015, apid: 1 });
    sequence = 0;
  });

  /** False when there was no room. */
  function write(
    given: { at?: number; bytes?: number; of?: Reception; definition?: string } = {},
  ): boolean {
    const { at = 0, bytes = 40, of = reception, definition = 'battery' } = given;
    if (!writer.hasRoomFor(bytes)) return false;
    sequence += 1;
    of.account.takeNumbered(sequence, bytes);
    writer.take(of, {
      definition,
      sequence,
      generatedAt: at,
      receivedAt: 7,
      bytes: Buffer.alloc(bytes, sequence),
      start: 0,
      length: bytes,
      samples: 1,
      batteries: Uint8Array.of(3),
    });
    return true;
  }

  /** Every account says exactly what its blocks, and those before, hold; and they are numbered without gaps. */
  function expectExact(): void {
    const packets = new Map<string, number>();
    const numbers = new Map<string, number>();
    for (const { blocks, receptions } of archive.batches) {
      for (const { contactId, number, packets: count } of blocks) {
        packets.set(contactId, (packets.get(contactId) ?? 0) + count);
        expect(number).toBe((numbers.get(contactId) ?? 0) + 1);
        numbers.set(contactId, number);
      }
      for (const { contactId, progress } of receptions)
        expect(progress.account.good).toBe(packets.get(contactId) ?? 0);
    }
  }

  it('writes what it has after a short time, in one piece', async () => {
    for (let n = 0; n < 10; n += 1) write({ at: n });
    expect(archive.batches).toEqual([]);
    clock.advance(FLUSH_EVERY_MS);

    await until(() => expect(archive.packets).toBe(10));
    expect(archive.batches).toMatchObject([
      {
        receptions: [{ contactId: opening.contactId, shipId: 1, fence: 1 }],
        blocks: [{ number: 1, packets: 10, samples: 10, firstAt: 0, lastAt: 9, receivedAt: 7 }],
        latest: [{ battery: 3, sequence: 10, generatedAt: 9, packet: Buffer.alloc(40, 10) }],
      },
    ]);
  });

  it('writes what is full at once, in blocks that are not too large', async () => {
    const count = BLOCK_PACKETS_MAX + 10;
    for (let n = 0; n < count; n += 1) write();
    for (let n = 0; n < 1_000 && archive.batches.length === 0; n += 1) {
      write({ bytes: 2_000 });
      await Promise.resolve();
    }

    const [{ blocks }] = archive.batches as [ArchiveBatch];
    expect(blocks[0]).toMatchObject({ packets: BLOCK_PACKETS_MAX, numbers: [[1, 4_096]] });
    const bytes = sum(blocks.map(({ body }) => body.length));
    expect(bytes).toBeLessThanOrEqual(BATCH_BYTES_MAX);
    expect(bytes).toBeGreaterThan(BATCH_BYTES_MAX - 2_100);
    expectExact();
  });

  it('puts each minute, definition and reception into blocks of their own', async () => {
    const other = Reception.open({ ...opening, contactId: 'other' }, 2, null);
    write({ at: BLOCK_SPAN_MICROS - 1 });
    write({ at: BLOCK_SPAN_MICROS });
    write({ at: 1, of: other });
    write({ at: -1 });
    write({ at: 2, definition: 'battery-text' });
    write({ at: 0 });
    await writer.flush();

    const [{ blocks, latest }] = archive.batches as [ArchiveBatch];
    expect(
      blocks.map(({ shipId, definition, numbers, number }) => [
        shipId,
        number,
        definition,
        ...numbers,
      ]),
    ).toEqual([
      [1, 1, 'battery', [1, 1], [6, 6]],
      [1, 2, 'battery', [2, 2]],
      [1, 3, 'battery', [4, 4]],
      [1, 4, 'battery-text', [5, 5]],
      [2, 1, 'battery', [3, 3]],
    ]);
    expect(latest.map(({ shipId, sequence: nr }) => [shipId, nr])).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expectExact();
  });

  it('holds few blocks open, and little more memory than their bytes, when times jump about', async () => {
    for (let n = 0; n < 500; n += 1) write({ at: (n % 50) * BLOCK_SPAN_MICROS });
    await writer.flush();

    const [{ blocks }] = archive.batches as [ArchiveBatch];
    expect(blocks).toHaveLength(500);
    const memory = sum(blocks.map(({ body }) => body.buffer.byteLength));
    expect(memory).toBe(sum(blocks.map(({ body }) => body.length)));
    expect(blocks.flatMap(({ body }) => framesOf(body)).map((frame) => frame.sequence)).toEqual(
      Array.from({ length: 500 }, (_, nr) => nr + 1),
    );
    expectExact();
  });

  it('fills minutes that take turns together', async () => {
    for (let n = 0; n < 500; n += 1) write({ at: (n % OPEN_BLOCKS_MAX) * BLOCK_SPAN_MICROS });
    await writer.flush();

    expect(archive.batches[0]?.blocks).toHaveLength(OPEN_BLOCKS_MAX);
    expectExact();
  });

  it('sends accounts without packets along', async () => {
    reception.account.corrupt(7, 39);
    writer.touch(reception);
    await writer.flush();

    expect(archive.batches).toMatchObject([
      { receptions: [{ progress: { account: { corrupt: 1 } } }], blocks: [], latest: [] },
    ]);
  });

  it('goes on with the numbers of blocks where the reception was', async () => {
    reception.lastBlock = 41;
    write();
    await writer.flush();

    expect(archive.batches[0]?.blocks).toMatchObject([{ number: 42 }]);
  });

  it('keeps everything while the archive is away, and says so', async () => {
    archive.isAway = true;
    write();
    const isStored = writer.flush();
    await until(() =>
      expect(writer.check()).toMatchObject({ status: 'degraded', samples_waiting: 1 }),
    );
    expect(writer.isBehind).toBe(false);
    clock.advance(2_000);
    expect(writer.isBehind).toBe(true);
    write();
    archive.isAway = false;
    await until(() => {
      clock.advance(1_000);
      expect(archive.packets).toBe(2);
    });
    await isStored;
    expect(writer.isBehind).toBe(false);

    expect(writer.check()).toEqual({ status: 'up', samples_stored: 2, samples_waiting: 0 });
    expectExact();
  });

  it('has no room once what waits is too much, and has some again later', async () => {
    archive.isAway = true;
    let bytes = 0;
    while (write({ bytes: 2_000 })) bytes += 2_022;
    expect(bytes).toBeGreaterThan(WAITING_BYTES_MAX);
    expect(bytes).toBeLessThan(WAITING_BYTES_MAX + 2 * BATCH_BYTES_MAX);
    reception.account.shed(sequence + 1, 2_000);
    writer.touch(reception);

    archive.isAway = false;
    await until(() => {
      clock.advance(1_000);
      expect(write({ bytes: 2_000 })).toBe(true);
    });
    await writer.flush();
    expect(archive.packets).toBe(sequence);
    expectExact();
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
      expect(archive.packets).toBe(200);
    });

    expect(archive.batches.length).toBeLessThan(10);
  });

  it('tells whoever waits once all is stored that was given before', async () => {
    write();
    const first = writer.flush();
    write();
    await Promise.all([first, writer.flush()]);

    expect(archive.packets).toBe(2);
    await writer.flush();
  });

  it('stores what it has before it closes', async () => {
    write();
    await writer.close(1_000);

    expect(archive.packets).toBe(1);
  });

  it('gives up at its deadline when the archive stays away', async () => {
    archive.isAway = true;
    write();
    const isClosed = writer.close(1_000);
    clock.advance(1_000);
    await isClosed;

    expect(archive.packets).toBe(0);
    await expect(writer.flush()).rejects.toThrow('stops');
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource, type QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { dataSourceOptions } from '#common/persistence';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import {
  ask,
  closeReception,
  opening,
  openReception,
  reportOf,
  startIngestor,
  sums,
} from '../../../../test/support/ingestor.js';
import { type FakeStream, FakeShip } from '../../../../test/support/ship.js';
import { until } from '../../../../test/support/until.js';

const run = promisify(execFile);
/** For one batch of a MiB, and not for a second one. */
const DISK_BYTES = 1.5 * 1024 * 1024;
const BATTERIES = 32;
/** So many packets fit into the buffer of a socket, and are not dropped there. */
const BURST = 50;
/** Several times what disk and memory hold. */
const PACKETS_MAX = 40_000;
const WAIT_MS_MAX = 50_000;

interface Datagrams {
  readonly received: number;
  readonly good: number;
  readonly shed: number;
  readonly kernel_dropped: number;
}

interface Part {
  readonly status: string;
  readonly reason?: string;
}

describe('a disk that is full in the middle of a contact', { timeout: 240_000 }, () => {
  let folder: string;
  let database: TestDatabase;
  let source: DataSource;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder]);
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'test'));
    await source.initialize();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    const settings = { INGESTOR_SPOOL_FOLDER: folder, INGESTOR_WAITING_MIB_MAX: 1 };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await source.destroy();
    await database.drop();
    await run('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });

  /** While it is held nothing can be stored. */
  async function lock(): Promise<QueryRunner> {
    const holder = source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await holder.query('LOCK TABLE latest_packets IN ACCESS EXCLUSIVE MODE');
    return holder;
  }

  async function datagrams(): Promise<Datagrams> {
    const { body } = await ask(app).get('/receptions');
    return body[0].datagrams as Datagrams;
  }

  async function parts(): Promise<Record<'spool' | 'archive', Part>> {
    const { body } = await ask(app).get('/health/ready');
    return body.details as Record<'spool' | 'archive', Part>;
  }

  /** Each burst when the one before was taken, so that none is dropped on the way. */
  async function burst(stream: FakeStream): Promise<Datagrams> {
    const numbers = Array.from({ length: BURST }, (_, at) => stream.last + at + 1);
    await ship.send(
      stream,
      numbers.map((n) => ship.packet(stream, n, BATTERIES)),
    );
    stream.last += BURST;
    stream.sent += BURST;
    let taken: Datagrams;
    await until(async () => {
      taken = await datagrams();
      expect(taken.received + taken.kernel_dropped).toBe(stream.sent);
    }, WAIT_MS_MAX);
    return taken!;
  }

  /** Until a burst finds no room at all. */
  async function fill(stream: FakeStream): Promise<void> {
    let before = await burst(stream);
    let after = await burst(stream);
    while (after.shed < before.shed + BURST && stream.sent < PACKETS_MAX) {
      before = after;
      after = await burst(stream);
    }
    expect(after.shed).toBe(before.shed + BURST);
  }

  it('sheds what finds no room, counts it, and goes on when the database is back', async () => {
    const command = opening(3_600, { format: 'ccsds' });
    await openReception(bus, command);
    const stream = await ship.nextStream();
    await burst(stream);
    const held = await lock();
    await fill(stream);
    await until(async () => {
      expect(await parts()).toMatchObject({
        archive: { status: 'down' },
        spool: { status: 'degraded', reason: 'The spool cannot be written' },
      });
    }, WAIT_MS_MAX);
    await fill(stream);

    await held.rollbackTransaction();
    await held.release();
    await until(async () => {
      expect(await parts()).toMatchObject({
        archive: { status: 'up', samples_waiting: 0 },
        spool: { status: 'up' },
      });
    }, WAIT_MS_MAX);
    const before = await datagrams();
    const after = await burst(stream);
    expect(after).toMatchObject({ good: before.good + BURST, shed: before.shed });

    await closeReception(bus, { ...command, reason: 'enough' });
    const report = await reportOf(app, command);
    const { good, shed } = after;
    expect(report).toMatchObject({
      closed: true,
      datagrams: { good, shed, control: 3 },
      numbers: { expected: stream.last, good, missing: shed },
      samples_stored: good * BATTERIES,
    });
    for (const { cause } of report.numbers.missing_ranges) expect(cause).toBe('shed');
    expect(report.numbers.missing_ranges).not.toEqual([]);
    expect(sums(report)).toEqual({ datagrams: report.datagrams.received, numbers: stream.last });
  });
});

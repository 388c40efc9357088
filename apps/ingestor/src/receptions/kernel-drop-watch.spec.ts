import { spawnSync } from 'node:child_process';
import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { UdpServer } from '../udp/udp.server.js';
import { KernelDropWatch, LOOK_EVERY_MS } from './kernel-drop-watch.js';
import { Reception } from './reception.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const NOW_MICROS = NOW.getTime() * 1_000;
/** More than any buffer that is asked for has room for. */
const DATAGRAMS = 20_000;
const DATAGRAM_BYTES = 1_400;
const FLOOD_MS_MAX = 30_000;

/** Sends while nobody reads: this process waits for it, its loop included. */
function flood(port: number): void {
  const program = `
    const socket = require('node:dgram').createSocket('udp4');
    const bytes = Buffer.alloc(${DATAGRAM_BYTES});
    let sent = 0;
    const next = () =>
      sent++ < ${DATAGRAMS} ? socket.send(bytes, ${port}, '127.0.0.1', next) : socket.close();
    next();`;
  const { status } = spawnSync(process.execPath, ['-e', program], { timeout: FLOOD_MS_MAX });
  expect(status).toBe(0);
}

/** Whose counter cannot always be read. */
class MoodyUdpServer extends UdpServer {
  isReadable = true;

  override async kernelDrops(port: number): Promise<number | null> {
    return this.isReadable ? super.kernelDrops(port) : null;
  }
}

describe('what the kernel drops', { timeout: 2 * FLOOD_MS_MAX }, () => {
  let udp: MoodyUdpServer;
  let clock: ManualClock;
  let tables: MemoryTables;
  let writer: ArchiveWriter;
  let watch: KernelDropWatch;

  // Nobody handles what gets through.
  beforeAll(() => Logger.overrideLogger(false));
  beforeEach(async () => {
    udp = new MoodyUdpServer({ host: '127.0.0.1', port: 0, clock: new SystemClock() });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    clock = new ManualClock(NOW);
    tables = new MemoryTables();
    writer = new ArchiveWriter(new MemoryTelemetryArchive(tables), clock);
    watch = new KernelDropWatch(udp, writer, clock);
    watch.onApplicationBootstrap();
  });

  afterEach(async () => {
    await watch.stop();
    await writer.close(0);
    await udp.close();
  });

  async function begin(number: number): Promise<Reception> {
    const opening = {
      contactId: `00000000-0000-4000-8000-00000000000${number}`,
      fence: 1,
      shipName: 'USS Enterprise',
      plannedStart: NOW_MICROS,
      plannedEnd: NOW_MICROS + 60_000_000,
      startedAt: NOW_MICROS,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const address = { port: udp.sharedPort!, apid: number };
    const reception = Reception.open(opening, 1, address);
    const progress = reception.progress();
    const stored = { opening, shipId: 1, address, openedAt: NOW_MICROS, progress };
    await new MemoryReceptionStore(tables).begin(stored);
    await watch.begin(reception);
    return reception;
  }

  const droppedOf = (reception: Reception): number => reception.account.counts().kernelDropped;

  async function dropSome(port = udp.sharedPort!): Promise<number> {
    const before = await udp.kernelDrops(port);
    flood(port);
    const dropped = (await udp.kernelDrops(port))! - before!;
    expect(dropped).toBeGreaterThan(0);
    return dropped;
  }

  // Elsewhere no system says what it dropped.
  it.runIf(process.platform === 'linux')(
    'is in the account, and kept, while the contact goes on, and counts once',
    async () => {
      const reception = await begin(1);
      const dropped = await dropSome();
      expect(droppedOf(reception)).toBe(0);

      clock.advance(LOOK_EVERY_MS);
      await until(() => expect(droppedOf(reception)).toBe(dropped));
      await writer.flush();
      const { progress } = tables.receptions.get(reception.contactId)!;
      expect(progress.account.kernelDropped).toBe(dropped);
      expect(udp.ports()[0]).toMatchObject({ kernelDropped: dropped });

      await watch.end(reception);
      expect(droppedOf(reception)).toBe(dropped);
    },
  );

  it.runIf(process.platform === 'linux')(
    'is kept with the account at an orderly stop, for whoever goes on with it',
    async () => {
      const reception = await begin(1);
      const dropped = await dropSome();
      await watch.stop();
      await udp.close();
      await writer.flush();

      const { progress } = tables.receptions.get(reception.contactId)!;
      expect(progress.account.kernelDropped).toBe(dropped);
    },
  );

  it.runIf(process.platform === 'linux')(
    'belongs to the contacts that are open then, up to their last look',
    async () => {
      const first = await begin(1);
      const dropped = await dropSome();
      const second = await begin(2);
      await watch.end(first);
      const later = await dropSome();
      await watch.end(second);

      clock.advance(LOOK_EVERY_MS);
      await until(() => expect(udp.ports()[0]).toMatchObject({ kernelDropped: dropped + later }));
      expect([droppedOf(first), droppedOf(second)]).toEqual([dropped, later]);
    },
  );

  it.runIf(process.platform === 'linux')(
    'is not that of contacts before, where the counter could not be read at the beginning',
    async () => {
      await dropSome();
      udp.isReadable = false;
      const reception = await begin(1);
      udp.isReadable = true;
      await watch.stop();
      const dropped = await dropSome();
      await watch.end(reception);

      expect(droppedOf(reception)).toBe(dropped);
    },
  );

  it.runIf(process.platform === 'linux')(
    'is counted from the start at the port that a contact has moved to',
    async () => {
      const reception = await begin(1);
      const dropped = await dropSome();
      clock.advance(LOOK_EVERY_MS);
      await until(() => expect(droppedOf(reception)).toBe(dropped));
      reception.address = { port: await udp.openPort(0), apid: null };
      const later = await dropSome(reception.address.port);
      await watch.end(reception);

      expect(droppedOf(reception)).toBe(dropped + later);
    },
  );
});

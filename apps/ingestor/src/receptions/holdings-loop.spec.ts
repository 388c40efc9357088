import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryHoldings } from '../adapters/memory/memory.holdings.js';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import type { ArchiveBatch, BatchReception } from '../archive/telemetry-archive.port.js';
import { UdpServer } from '../udp/udp.server.js';
import { HoldingsLoop } from './holdings.loop.js';
import type { Held } from './holdings.port.js';
import { IngestorIdentity } from './ingestor-identity.js';
import type { UnfinishedReception } from './reception-store.port.js';
import { Reception } from './reception.js';
import type { ReceptionsService } from './receptions.service.js';
import { ShipUnreachableError, Spaceship } from './spaceship.port.js';
import { serviceUnderTest } from './testing/service-under-test.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const BEAT_MS = 500;
const contactId = '00000000-0000-4000-8000-000000000001';

class AwayShip extends Spaceship {
  readonly #gone = (): Promise<never> => Promise.reject(new ShipUnreachableError('gone', false));
  start = this.#gone;
  stop = this.#gone;
  redirect = this.#gone;
  progress = this.#gone;
  addresses = this.#gone;
}

/** It answers when the test says so. */
class SlowArchive extends MemoryTelemetryArchive {
  answer: () => void = () => undefined;

  override async store(batch: ArchiveBatch): Promise<readonly BatchReception[]> {
    await new Promise<void>((resolve) => {
      this.answer = resolve;
    });
    return super.store(batch);
  }
}

class CountingHoldings extends MemoryHoldings {
  beats = 0;

  override async beat(): Promise<Held | null> {
    this.beats += 1;
    return super.beat();
  }
}

class CountingStore extends MemoryReceptionStore {
  asked = 0;

  override async unfinished(contactIds: readonly string[]): Promise<UnfinishedReception[]> {
    this.asked += contactIds.length;
    return super.unfinished(contactIds);
  }
}

describe('a held reception that is not open', () => {
  const identity = new IngestorIdentity('test');
  let udp: UdpServer;
  let clock: ManualClock;
  let archive: SlowArchive;
  let holdings: CountingHoldings;
  let store: CountingStore;
  let writer: ArchiveWriter;
  let receptions: ReceptionsService;
  let loop: HoldingsLoop;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    udp = new UdpServer({ host: '127.0.0.1', port: 0, clock: new SystemClock() });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    clock = new ManualClock(NOW);
    const tables = new MemoryTables();
    archive = new SlowArchive(tables, identity.process);
    holdings = new CountingHoldings(tables, identity, clock);
    store = new CountingStore(tables, identity.process, clock);
    writer = new ArchiveWriter(archive, clock);
    receptions = serviceUnderTest({ udp, ship: new AwayShip(), store, writer, clock });
    loop = new HoldingsLoop(holdings, receptions, store, writer, identity, clock);
    await loop.start();
    await beginWithWaitingAccount();
  });

  afterEach(async () => {
    archive.answer();
    await loop.stop();
    await writer.close(0);
    void receptions.stop();
    await udp.close();
  });

  async function beginWithWaitingAccount(): Promise<void> {
    const nowMicros = NOW.getTime() * 1_000;
    const opening = {
      contactId,
      fence: 1,
      shipName: 'USS Enterprise',
      plannedStart: nowMicros,
      plannedEnd: nowMicros + 60_000_000,
      startedAt: nowMicros,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const shipId = await store.shipId(opening.shipName);
    const reception = Reception.open(opening, shipId, null);
    const progress = reception.progress();
    await store.begin({ opening, shipId, address: null, openedAt: nowMicros, progress });
    reception.account.corrupt(null, 40);
    writer.touch(reception);
  }

  async function beats(count: number): Promise<void> {
    const end = holdings.beats + count;
    await until(() => {
      clock.advance(BEAT_MS);
      expect(holdings.beats).toBeGreaterThanOrEqual(end);
    });
  }

  it('is read only after its account is stored that waits for the archive', async () => {
    await beats(6);
    expect(store.asked).toBe(0);

    archive.answer();
    await until(() => expect(store.asked).toBe(1));
  });

  it('keeps no ingestor from stopping while the archive is away', async () => {
    await beats(6);
    await loop.stop();

    expect(store.asked).toBe(0);
  });
});

import { Logger } from '@nestjs/common';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock, SystemClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { UdpServer } from '../udp/udp.server.js';
import type { Reception } from './reception.js';
import type { ReceptionOpening } from './reception-store.port.js';
import type { ReceptionsService } from './receptions.service.js';
import {
  type SentSoFar,
  Spaceship,
  type StartedStream,
  type StoppedStream,
} from './spaceship.port.js';
import { serviceUnderTest } from './testing/service-under-test.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const LASTS_MS = 60_000;
const LATE_MS = 20_000;
const MICROS = 1_000;
const contactId = '00000000-0000-4000-8000-000000000001';

/** A host whose clock may be set at any moment; its timers go on as before. */
class SettableClock extends ManualClock {
  wrongByMs = 0;

  override nowMs(): number {
    return this.monotonicMs() + this.wrongByMs;
  }
}

class WillingShip extends Spaceship {
  readonly #sent = { lastSequence: 0, sent: 0 };

  start = (): Promise<StartedStream> => Promise.resolve({ eventKey: 'key', firstSequence: 1 });
  stop = (): Promise<StoppedStream> => Promise.resolve(this.#sent);
  redirect = (): Promise<SentSoFar> => Promise.resolve(this.#sent);
  progress = () => Promise.resolve({ ...this.#sent, isOver: false });
  addresses = () => Promise.resolve(new Set(['192.0.2.1']));
}

describe.each([0, HOUR_MS, -HOUR_MS])('by a host whose clock is wrong by %d ms', (wrongByMs) => {
  let udp: UdpServer;
  let clock: SettableClock;
  let tables: MemoryTables;
  let store: MemoryReceptionStore;
  let receptions: ReceptionsService;
  let told: unknown[];

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(async () => {
    udp = new UdpServer({ host: '127.0.0.1', port: 0, clock: new SystemClock() });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    clock = new SettableClock(NOW);
    clock.wrongByMs = wrongByMs;
    tables = new MemoryTables();
    told = [];
    // The database's clock goes as the monotonic one: it is right.
    const database = Object.assign(Object.create(clock) as SettableClock, {
      nowMs: () => clock.monotonicMs(),
    });
    store = new MemoryReceptionStore(tables, 'this process', database);
    receptions = service();
  });

  afterEach(async () => {
    void receptions.stop();
    await udp.close();
  });

  function service(): ReceptionsService {
    const writer = new ArchiveWriter(new MemoryTelemetryArchive(tables), clock);
    const events = { tell: (_: string, __: string, data: object) => void told.push(data) };
    return serviceUnderTest({ udp, ship: new WillingShip(), store, writer, clock, events });
  }

  /** As it was sent when the contact started, whenever it comes. */
  const command = (): ReceptionOpening => {
    const startedAt = NOW.getTime() * MICROS;
    return {
      contactId,
      fence: 1,
      shipName: 'USS Enterprise',
      plannedStart: startedAt,
      plannedEnd: startedAt + LASTS_MS * MICROS,
      startedAt,
      latenessMs: 0,
      stream: { format: 'ccsds' },
    };
  };

  /** Once its end is set: that is done when its course begins, and told. */
  async function running(service: ReceptionsService): Promise<Reception> {
    await until(() => expect(told).not.toEqual([]));
    return service.list()[0]!;
  }

  /** It goes on to the last moment, through a clock that is put an hour forward and then two back. */
  async function stateAtEnd(reception: Reception): Promise<string> {
    const endMs = NOW.getTime() + LASTS_MS;
    const stepMs = Math.floor((endMs - clock.monotonicMs()) / 3);
    for (const change of [HOUR_MS, -2 * HOUR_MS]) {
      clock.wrongByMs += change;
      clock.advance(stepMs);
      expect(reception.endCause).toBeNull();
    }
    clock.advance(endMs - 1 - clock.monotonicMs());
    expect(reception.endCause).toBeNull();
    clock.advance(1);
    expect(reception.endCause).toBe('planned end');

    await until(() => {
      clock.advance(10);
      expect(tables.reports.has(contactId)).toBe(true);
    });
    const { state, started_at, stream_asked_at, planned_end, ended_at } =
      tables.reports.get(contactId)!.report;
    const times = [started_at, stream_asked_at!, planned_end, ended_at];
    expect(times).toEqual(times.toSorted());
    return state;
  }

  it('a reception ends when its contact does', async () => {
    await receptions.open(command());
    expect(await stateAtEnd(await running(receptions))).toBe('completed');
  });

  it('so does one that was prepared', async () => {
    const { startedAt: _, latenessMs: __, ...order } = command();
    await receptions.prepare(order);
    clock.advance(LATE_MS / 10);
    await receptions.open(command());
    expect(await stateAtEnd(await running(receptions))).toBe('completed');
  });

  it('so does one whose command came late', async () => {
    clock.advance(LATE_MS);
    await receptions.open(command());
    expect(await stateAtEnd(await running(receptions))).toBe('completed');
  });

  it('so does one that is taken over', async () => {
    await receptions.open(command());
    await running(receptions);
    clock.advance(LATE_MS);
    told = [];
    const after = service();
    const [stored] = await store.unfinished();
    await after.resume(stored!, 'another');
    expect(await stateAtEnd(await running(after))).toBe('completed');
    await after.stop();
  });

  it('one whose command came after its end never asks the ship', async () => {
    clock.advance(LASTS_MS);
    await receptions.open(command());
    await until(() => {
      clock.advance(10);
      expect(tables.reports.get(contactId)?.report).toMatchObject({
        state: 'failed',
        stream_asked_at: null,
      });
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SequenceSet } from '#common/domain';
import { InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { ManualClock, SystemClock } from '#common/platform';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { ContactKeys } from '../intake/contact-keys.js';
import { ReceptionRoutes } from '../intake/reception-routes.js';
import { readPacketReaders } from '../packets/packet-readers.js';
import { UdpServer } from '../udp/udp.server.js';
import { AddressPool } from './address-pool.js';
import { ForeignResumption } from './foreign-resumption.js';
import { ForeignShips } from './foreign-ships.js';
import { ReceptionCourse } from './reception-course.js';
import { KernelDropWatch } from './kernel-drop-watch.js';
import { ReceptionListener } from './reception-listener.js';
import { ReceptionResumption } from './reception-resumption.js';
import { Reception } from './reception.js';
import { ShipUnreachableError, Spaceship, type StartedStream } from './spaceship.port.js';
import { StreamControl } from './stream-control.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const APID = 7;

/** It lost the stream, and its name leads to no address. */
class LostShip extends Spaceship {
  lookups = 0;

  start(): Promise<StartedStream> {
    return Promise.reject(new ShipUnreachableError('gone', false));
  }

  stop(): Promise<null> {
    return Promise.resolve(null);
  }

  redirect(): Promise<null> {
    return Promise.resolve(null);
  }

  progress(): Promise<null> {
    return Promise.resolve(null);
  }

  addresses(): Promise<ReadonlySet<string>> {
    this.lookups += 1;
    return Promise.reject(new ShipUnreachableError('no address', false));
  }
}

describe('a resumption', () => {
  let udp: UdpServer;
  let clock: ManualClock;
  let tables: MemoryTables;
  let ship: LostShip;
  let resumption: ReceptionResumption;

  beforeEach(async () => {
    udp = new UdpServer({ host: '127.0.0.1', port: 0, clock: new SystemClock() });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    clock = new ManualClock(NOW);
    tables = new MemoryTables();
    ship = new LostShip();
    const store = new MemoryReceptionStore(tables);
    const routes = new ReceptionRoutes();
    const addresses = new AddressPool(udp, { first: 0, last: 0 }, clock);
    const writer = new ArchiveWriter(new MemoryTelemetryArchive(tables), clock);
    const drops = new KernelDropWatch(udp, writer, clock);
    const listener = new ReceptionListener(udp, routes, addresses, writer, store, clock, drops);
    const ships = new ForeignShips(readPacketReaders(), ship, udp);
    const streams = new StreamControl(
      ships,
      store,
      addresses,
      routes,
      new ContactKeys(null),
      clock,
    );
    const publisher = new InProcessBus();
    const relay = new OutboxRelay({
      outbox: new MemoryOutbox(clock),
      publisher,
      clock,
      mandatory: new Set(),
    });
    const course = new ReceptionCourse(streams, listener, store, relay, clock);
    const foreign = new ForeignResumption(course, listener, ships, store, clock);
    resumption = new ReceptionResumption(
      course,
      streams,
      listener,
      addresses,
      store,
      clock,
      foreign,
    );
  });

  afterEach(() => udp.close());

  it('that gives up looks for the ship no more', async () => {
    const nowMicros = NOW.getTime() * 1_000;
    const address = { port: udp.sharedPort!, apid: APID };
    const opening = {
      contactId: '00000000-0000-4000-8000-000000000001',
      fence: 1,
      shipName: 'USS Enterprise',
      plannedStart: nowMicros,
      plannedEnd: nowMicros + 60_000_000,
      startedAt: nowMicros,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const progress = Reception.open(opening, 1, address).progress();
    const stored = { opening, shipId: 1, address, openedAt: nowMicros, progress };
    await new MemoryReceptionStore(tables).begin(stored);
    const agreement = { eventKey: 'key', firstSequence: 1, streamAskedAt: nowMicros };
    const good = new SequenceSet();
    const reception = Reception.restore({
      ...stored,
      agreement,
      good,
      isClosed: false,
      lastBlock: 0,
    });
    reception.time.told(nowMicros, clock.monotonicMs());

    await (
      await resumption.prepare(reception, 'ours')
    )();
    const report = tables.reports.get(opening.contactId)?.report;
    expect(report).toMatchObject({ state: 'failed' });
    const { lookups } = ship;
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(ship.lookups).toBe(lookups);
  });
});

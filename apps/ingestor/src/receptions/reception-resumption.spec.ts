import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SequenceSet, type SequenceRange } from '#common/domain';
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
import { type Predecessor, ReceptionResumption } from './reception-resumption.js';
import { Reception } from './reception.js';
import {
  type SentSoFar,
  ShipUnreachableError,
  Spaceship,
  type StartedStream,
  type StreamProgress,
} from './spaceship.port.js';
import { StreamControl } from './stream-control.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const APID = 7;
const BYTES = 39;

/** Its name leads to no address. Unless the test gives it a stream, it has lost that. */
class LostShip extends Spaceship {
  lookups = 0;
  sent: SentSoFar | null = null;

  start(): Promise<StartedStream> {
    return Promise.reject(new ShipUnreachableError('gone', false));
  }

  stop(): Promise<null> {
    return Promise.resolve(null);
  }

  redirect(): Promise<SentSoFar | null> {
    return Promise.resolve(this.sent);
  }

  progress(): Promise<StreamProgress | null> {
    return Promise.resolve(this.sent && { ...this.sent, isOver: false });
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

  /** As it was stored when its process died, with these numbers in the archive. */
  async function stored(...numbers: readonly SequenceRange[]): Promise<Reception> {
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
    const begun = { opening, shipId: 1, address, openedAt: nowMicros, progress };
    await new MemoryReceptionStore(tables).begin(begun);
    const agreement = { eventKey: 'key', firstSequence: 5, streamAskedAt: nowMicros };
    const good = SequenceSet.of(numbers);
    const reception = Reception.restore({
      ...begun,
      agreement,
      good,
      isClosed: false,
      lastBlock: 0,
    });
    reception.time.told(nowMicros, clock.monotonicMs());
    return reception;
  }

  it('that gives up looks for the ship no more', async () => {
    const reception = await stored();
    await (
      await resumption.prepare(reception, 'ours')
    )();
    const report = tables.reports.get(reception.contactId)?.report;
    expect(report).toMatchObject({ state: 'failed' });
    const { lookups } = ship;
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(ship.lookups).toBe(lookups);
  });

  it.each<[Predecessor, string, SentSoFar, readonly SequenceRange[]]>([
    [
      'ours',
      'by its number',
      { lastSequence: 12, sent: 6 },
      [
        [8, 9],
        [11, 12],
      ],
    ],
    [
      'another',
      'by its number',
      { lastSequence: 12, sent: 6 },
      [
        [8, 9],
        [11, 12],
      ],
    ],
    [
      'ours',
      'by its count',
      { lastSequence: null, sent: 7 },
      [
        [8, 9],
        [11, 11],
      ],
    ],
    [
      'another',
      'by its count',
      { lastSequence: null, sent: 7 },
      [
        [8, 9],
        [11, 11],
      ],
    ],
    ['ours', 'not at all', { lastSequence: null, sent: null }, [[8, 9]]],
  ])(
    'of %s hears from the ship %s where the absence ends',
    async (predecessor, _how, sent, absence) => {
      const reception = await stored([5, 7]);
      ship.sent = sent;
      const goOn = await resumption.prepare(reception, predecessor);
      reception.account.takeNumbered(10, BYTES);
      const running = goOn();
      await new Promise((resolve) => setImmediate(resolve));
      reception.account.takeNumbered(15, BYTES);
      const { missingRanges } = reception.account.numbers(null);
      reception.abandon();
      await running;

      const away = missingRanges.filter(({ cause }) => cause === 'restart');
      expect(away.map(({ from, to }) => [from, to])).toEqual(absence);
    },
  );
});

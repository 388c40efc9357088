import { OutboxRelay } from '#common/messaging';
import { MemoryHoldings } from '../../apps/ingestor/src/adapters/memory/memory.holdings.js';
import { MemoryReceptionStore } from '../../apps/ingestor/src/adapters/memory/memory-reception.store.js';
import { MemoryTelemetryArchive } from '../../apps/ingestor/src/adapters/memory/memory-telemetry.archive.js';
import { ArchiveWriter } from '../../apps/ingestor/src/archive/archive-writer.js';
import type { IngestorConfig } from '../../apps/ingestor/src/ingestor.config.js';
import { ContactKeys } from '../../apps/ingestor/src/intake/contact-keys.js';
import { ReceptionRoutes } from '../../apps/ingestor/src/intake/reception-routes.js';
import { readPacketReaders } from '../../apps/ingestor/src/packets/packet-readers.js';
import { AddressPool } from '../../apps/ingestor/src/receptions/address-pool.js';
import { ForeignResumption } from '../../apps/ingestor/src/receptions/foreign-resumption.js';
import { ForeignShips } from '../../apps/ingestor/src/receptions/foreign-ships.js';
import { HoldingsLoop } from '../../apps/ingestor/src/receptions/holdings.loop.js';
import { IngestorIdentity } from '../../apps/ingestor/src/receptions/ingestor-identity.js';
import { ReceptionCourse } from '../../apps/ingestor/src/receptions/reception-course.js';
import { KernelDropWatch } from '../../apps/ingestor/src/receptions/kernel-drop-watch.js';
import { ReceptionListener } from '../../apps/ingestor/src/receptions/reception-listener.js';
import { PreparedReceptions } from '../../apps/ingestor/src/receptions/prepared-receptions.js';
import { ReceptionPlaces } from '../../apps/ingestor/src/receptions/reception-places.js';
import { ReceptionResumption } from '../../apps/ingestor/src/receptions/reception-resumption.js';
import type {
  Begun,
  NewReception,
  ReceptionEnd,
  ReceptionStore,
} from '../../apps/ingestor/src/receptions/reception-store.port.js';
import { ReceptionsConsumer } from '../../apps/ingestor/src/receptions/receptions.consumer.js';
import { ReceptionsService } from '../../apps/ingestor/src/receptions/receptions.service.js';
import { StreamControl } from '../../apps/ingestor/src/receptions/stream-control.js';
import type { UdpServer } from '../../apps/ingestor/src/udp/udp.server.js';
import { SimulatedBus } from './broker.js';
import type { Life } from './host.js';
import { receiverClockOf, receptionStoreOf } from './mutants.js';
import { SimulatedShip } from './simulated.ship.js';
import type { World } from './world.js';

const READERS = readPacketReaders();
const CONFIG = { INGESTOR_RECEPTIONS_MAX: 1_000 } as IngestorConfig;
const PORTS = { first: 41_000, last: 41_999 };

/** Where the simulation ends: no datagram ever comes. */
const SILENT_UDP = {
  sharedPort: 10_015,
  openPort: async (port: number) => port,
  closePort: async () => undefined,
  kernelDrops: async () => null,
  hasMore: async () => false,
} as unknown as UdpServer;

/** An ingestor as its module puts it together, but for the sockets and what hangs on them. */
export function bootIngestor(world: World, life: Life): void {
  const { host } = life;
  const clock = receiverClockOf(world, life);
  const identity = Object.assign(new IngestorIdentity(host.name), { process: life.name });
  const store = storeOf(world, life);
  const bus = new SimulatedBus(world.broker, life);
  const outbox = life.remote('outbox', world.ingestorOutbox);
  const relay = new OutboxRelay({
    outbox,
    publisher: bus.publisher(),
    clock,
    mandatory: new Set(),
  });

  const ship = new SimulatedShip(world, (what, question) => life.call(what, question));
  const ships = new ForeignShips(READERS, ship, SILENT_UDP);
  const routes = new ReceptionRoutes();
  const addresses = new AddressPool(SILENT_UDP, PORTS, clock);
  const archive = new MemoryTelemetryArchive(world.receptions, life.name);
  const writer = new ArchiveWriter(archive, clock);
  const drops = new KernelDropWatch(SILENT_UDP, writer, clock);
  const listener = new ReceptionListener(
    ...([SILENT_UDP, routes, addresses, writer, store, clock, drops] as const),
  );
  const keys = new ContactKeys(null);
  const streams = new StreamControl(ships, store, addresses, routes, keys, clock);
  const course = new ReceptionCourse(streams, listener, store, relay, clock);
  const foreign = new ForeignResumption(course, listener, ships, store, clock);
  const resumption = new ReceptionResumption(
    ...([course, streams, listener, addresses, store, clock, foreign] as const),
  );
  const places = new ReceptionPlaces(store, addresses, ships);
  const prepared = new PreparedReceptions(places, ships, clock);
  const receptions = new ReceptionsService(
    ...([store, addresses, places, prepared, course, resumption, clock, CONFIG, ships] as const),
  );
  const holdings = life.remote('holdings', new CountedHoldings(world, identity));
  const loop = new HoldingsLoop(holdings, receptions, store, writer, identity, clock);

  relay.start();
  // What was open goes on before any command can touch it; whose start fails is started again.
  loop.start().then(
    () => world.broker.consume('ingestor', life, [new ReceptionsConsumer(receptions)]),
    () => host.crash(),
  );
}

class CountedHoldings extends MemoryHoldings {
  constructor(
    private readonly world: World,
    identity: IngestorIdentity,
  ) {
    super(world.receptions, identity, world.databaseClock);
  }

  override async adopt(limit: number): Promise<string[]> {
    const adopted = await super.adopt(limit);
    if (adopted.length > 0) this.world.count('taken over');
    return adopted;
  }
}

/** Its messages lie in the outbox of the same transaction. */
function storeOf(world: World, life: Life): ReceptionStore {
  const memory = receptionStoreOf(
    world,
    new MemoryReceptionStore(world.receptions, life.name, world.databaseClock),
  );
  const watched = new Proxy(memory, {
    get: (_, name) => {
      const method = Reflect.get(memory, name) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => {
        const result = Reflect.apply(method, memory, args);
        for (const message of world.receptions.outbox.splice(0)) world.ingestorOutbox.add(message);
        if (name === 'begin')
          void result.then((begun) => world.judge.begun(args[0] as NewReception, begun as Begun));
        if (name === 'end')
          void result.then((isOurs) => world.judge.reported(args[0] as ReceptionEnd, !!isOurs));
        return result;
      };
    },
  });
  return life.remote('receptions', watched);
}

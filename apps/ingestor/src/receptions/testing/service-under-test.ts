import { InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { type Clock, readConfig } from '#common/platform';
import type { ArchiveWriter } from '../../archive/archive-writer.js';
import { IngestorConfig } from '../../ingestor.config.js';
import { ContactKeys } from '../../intake/contact-keys.js';
import { ReceptionRoutes } from '../../intake/reception-routes.js';
import { type EventSink, UNHEARD_EVENTS } from '../../live/event-sink.js';
import { readPacketReaders } from '../../packets/packet-readers.js';
import type { UdpServer } from '../../udp/udp.server.js';
import { AddressPool } from '../address-pool.js';
import { ForeignResumption } from '../foreign-resumption.js';
import { ForeignShips } from '../foreign-ships.js';
import { PreparedReceptions } from '../prepared-receptions.js';
import { ReceptionCourse } from '../reception-course.js';
import { KernelDropWatch } from '../kernel-drop-watch.js';
import { ReceptionListener } from '../reception-listener.js';
import { ReceptionPlaces } from '../reception-places.js';
import { ReceptionResumption } from '../reception-resumption.js';
import type { ReceptionStore } from '../reception-store.port.js';
import { ReceptionsService } from '../receptions.service.js';
import type { Spaceship } from '../spaceship.port.js';
import { StreamControl } from '../stream-control.js';

export interface ServiceParts {
  readonly udp: UdpServer;
  readonly ship: Spaceship;
  readonly store: ReceptionStore;
  readonly writer: ArchiveWriter;
  readonly clock: Clock;
  readonly events?: EventSink;
}

/** As the module puts it together, around what a test wants to be its own. */
export function serviceUnderTest(parts: ServiceParts): ReceptionsService {
  const { udp, ship, store, writer, clock, events = UNHEARD_EVENTS } = parts;
  const routes = new ReceptionRoutes();
  const pool = new AddressPool(udp, { first: 0, last: 0 }, clock);
  const drops = new KernelDropWatch(udp, writer, clock);
  const listener = new ReceptionListener(udp, routes, pool, writer, store, clock, drops);
  const ships = new ForeignShips(readPacketReaders(), ship, udp);
  const streams = new StreamControl(ships, store, pool, routes, new ContactKeys(null), clock);
  const publisher = new InProcessBus();
  const outbox = new MemoryOutbox(clock);
  const relay = new OutboxRelay({ outbox, publisher, clock, mandatory: new Set() });
  const course = new ReceptionCourse(streams, listener, store, relay, clock, events);
  const foreign = new ForeignResumption(course, listener, ships, store, clock);
  const resumption = new ReceptionResumption(
    ...([course, streams, listener, pool, store, clock, foreign] as const),
  );
  const config = readConfig(IngestorConfig, {});
  const places = new ReceptionPlaces(store, pool, ships);
  const prepared = new PreparedReceptions(places, ships, clock);
  return new ReceptionsService(
    ...([store, pool, places, prepared, course, resumption, clock, config, ships] as const),
  );
}

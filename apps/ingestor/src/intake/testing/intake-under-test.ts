import { parseInstant } from '#common/domain';
import { SystemClock } from '#common/platform';
import { MemoryHotList } from '../../adapters/memory/memory-hot.list.js';
import { MemoryReceptionStore } from '../../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../../adapters/memory/memory-telemetry.archive.js';
import { ArchiveWriter } from '../../archive/archive-writer.js';
import type { PacketBlock } from '../../archive/packet-block.js';
import { framesOf, type PacketFrame } from '../../archive/packet-frame.js';
import type { TelemetryArchive } from '../../archive/telemetry-archive.port.js';
import { SampleFeed } from '../../live/sample-feed.js';
import { type PacketReaders, readPacketReaders } from '../../packets/packet-readers.js';
import { Reception } from '../../receptions/reception.js';
import type { ReceptionOpening, ReceptionStore } from '../../receptions/reception-store.port.js';
import { UdpServer } from '../../udp/udp.server.js';
import type { Datagram } from '../../udp/udp.events.js';
import { ContactKeys } from '../contact-keys.js';
import { DatagramAccounts } from '../datagram-accounts.js';
import { ForeignIntake } from '../foreign-intake.js';
import { PacketIntake } from '../packet-intake.js';
import { PacketOutlet } from '../packet-outlet.js';
import { Plausibility } from '../plausibility.js';
import { ReceptionRoutes } from '../reception-routes.js';
import { StrayCounters } from '../stray-counters.js';
import { TelemetryIntake } from '../telemetry-intake.js';
import { TextIntake } from '../text-intake.js';
import { batchOf, RECEIVED_AT_MS, SHIP_ADDRESS } from './datagrams.js';

export const TIME_WINDOW = {
  first: parseInstant('2000-01-01T00:00:00Z')!,
  last: parseInstant('2099-12-31T23:59:59.999999Z')!,
};

/** Where the intake stores; both of the same process. */
export interface IntakeStorage {
  readonly archive: TelemetryArchive;
  readonly store: ReceptionStore;
}

/** The way from a socket to the archive, over memory adapters unless others are given. */
export class IntakeUnderTest {
  readonly clock = new SystemClock();
  readonly udp = new UdpServer({ host: SHIP_ADDRESS, port: 0, clock: this.clock });
  readonly tables = new MemoryTables();
  readonly archive: TelemetryArchive;
  readonly store: ReceptionStore;
  readonly writer: ArchiveWriter;
  readonly routes = new ReceptionRoutes();
  readonly strays = new StrayCounters();
  readonly hot = new MemoryHotList();
  readonly feed = new SampleFeed(this.clock);
  readonly keys: ContactKeys;
  readonly intake: TelemetryIntake;
  /** Of all that is taken, until it is set anew. */
  receivedAtMs = RECEIVED_AT_MS;

  constructor(
    secret: string | null = null,
    readers: PacketReaders = readPacketReaders(),
    storage?: IntakeStorage,
  ) {
    const { routes, hot, tables } = this;
    this.archive = storage?.archive ?? new MemoryTelemetryArchive(tables);
    this.store = storage?.store ?? new MemoryReceptionStore(tables);
    this.writer = new ArchiveWriter(this.archive, this.clock);
    this.keys = new ContactKeys(secret);
    const accounts = new DatagramAccounts(this.strays, this.writer);
    const outlet = new PacketOutlet(this.writer, this.feed);
    const plausibility = new Plausibility(TIME_WINDOW);
    const packets = new PacketIntake(
      routes,
      accounts,
      this.keys,
      outlet,
      hot,
      plausibility,
      readers,
    );
    const texts = new TextIntake(accounts, outlet, hot, plausibility);
    const foreign = new ForeignIntake(readers, routes, accounts, outlet, plausibility);
    this.intake = new TelemetryIntake(
      this.udp,
      routes,
      packets,
      foreign,
      texts,
      outlet,
      this.clock,
    );
  }

  static async start(
    secret: string | null = null,
    readers?: PacketReaders,
    storage?: IntakeStorage,
  ): Promise<IntakeUnderTest> {
    const made = new IntakeUnderTest(secret, readers, storage);
    await new Promise<void>((resolve) => made.udp.listen(() => resolve()));
    return made;
  }

  /** A contact of its own ship, with an APID, or with a port where there is none. */
  async receive(nr: number, at: { apid: number } | { port: number }): Promise<Reception> {
    const isPacket = 'apid' in at;
    const opening = openingOf(nr, isPacket ? 'ccsds' : 'json');
    const shipId = await this.store.shipId(opening.shipName);
    const address = isPacket ? { port: 10_015, apid: at.apid } : { port: at.port, apid: null };
    const reception = Reception.open(opening, shipId, address);
    reception.expectFrom(new Set([SHIP_ADDRESS]));
    await this.#begin(reception);
    return reception;
  }

  /** A contact of a foreign ship. */
  async listen(nr: number, apid: number, sources = [SHIP_ADDRESS]): Promise<Reception> {
    const opening = openingOf(nr, 'ccsds');
    const shipId = await this.store.shipId(opening.shipName);
    const address = { port: 10_015, apid };
    const reception = Reception.openForeign(opening, shipId, address, new Set(sources));
    await this.#begin(reception);
    return reception;
  }

  /** As from the shared port. */
  take(...datagrams: readonly Datagram[]): void {
    this.takeAt(this.udp.sharedPort!, ...datagrams);
  }

  takeAt(port: number, ...datagrams: readonly Datagram[]): void {
    const { receivedAtMs } = this;
    this.intake.take({ ...batchOf(port, ...datagrams), receivedAtMs });
  }

  /** What the archive in memory has, once it has everything. */
  async stored(): Promise<{ blocks: PacketBlock[]; frames: PacketFrame[]; samples: number }> {
    await this.writer.flush();
    const blocks = [...this.tables.blocks.values()];
    const frames = blocks.flatMap(({ body }) => framesOf(body));
    return { blocks, frames, samples: blocks.reduce((sum, block) => sum + block.samples, 0) };
  }

  async close(): Promise<void> {
    await this.udp.close();
    await this.writer.close(1_000);
  }

  async #begin(reception: Reception): Promise<void> {
    const { opening, shipId, address } = reception;
    const progress = reception.progress();
    await this.store.begin({ opening, shipId, address, openedAt: 0, progress });
    this.routes.add(reception);
  }
}

const openingOf = (nr: number, format: 'json' | 'ccsds'): ReceptionOpening => ({
  contactId: `00000000-0000-4000-8000-${String(nr).padStart(12, '0')}`,
  fence: 1,
  shipName: `Ship ${nr}`,
  plannedStart: 0,
  plannedEnd: 60_000_000,
  startedAt: 0,
  latenessMs: 0,
  stream: { format },
});

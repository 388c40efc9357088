import { CONTACT_COMPLETED, type ContactReport, encodeBatteryPacket } from '#common/contracts';
import { envelope, InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { ManualClock } from '#common/platform';
import { until } from '../../../../../test/support/until.js';
import { MemoryReceptionStore } from '../../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../../adapters/memory/memory-telemetry.archive.js';
import type { PacketBlock } from '../../archive/packet-block.js';
import { batchOf, blocksOf, type GivenPacket } from '../../archive/testing/batches.js';
import { UNHEARD_EVENTS } from '../../live/event-sink.js';
import { readPacketReaders } from '../../packets/packet-readers.js';
import { LATE_LOOK_EVERY_MS, LatePackets } from '../late-packets.js';
import { Reception } from '../reception.js';
import { fullReportOf } from '../reception-report.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const MICROS = NOW.getTime() * 1_000;
const CONTACT = '00000000-0000-4000-8000-000000000001';
export const SENT = 12;
const readers = readPacketReaders();

/** Of two batteries. */
const given = (sequence: number): GivenPacket => ({
  sequence,
  generatedAt: MICROS + sequence,
  samples: 2,
  packet: encodeBatteryPacket({
    apid: 1,
    sequence,
    generatedAtMs: NOW.getTime() + sequence,
    records: [0, 1].map((battery) => ({
      battery,
      mode: 'idle' as const,
      volts: 28,
      amperes: -1,
      celsius: 20,
      charge: 50,
    })),
  }),
});

/** How often it was asked, and an outage of it. */
class MoodyStore extends MemoryReceptionStore {
  looks = 0;
  isAway = false;

  override async ended(contactId: string): ReturnType<MemoryReceptionStore['ended']> {
    this.looks += 1;
    if (this.isAway) throw new Error('away on purpose');
    return super.ended(contactId);
  }
}

/** A contact of another ingestor, and this one, which has packets of it. */
export class LateUnderTest {
  readonly clock = new ManualClock(NOW);
  readonly tables = new MemoryTables();
  readonly ours = new MoodyStore(this.tables, 'this');
  readonly late: LatePackets;
  readonly #others = new MemoryReceptionStore(this.tables, 'another');

  constructor() {
    const { clock } = this;
    const outbox = new MemoryOutbox(clock);
    const publisher = new InProcessBus();
    const relay = new OutboxRelay({ outbox, publisher, clock, mandatory: new Set() });
    this.late = new LatePackets(this.ours, readers, relay, UNHEARD_EVENTS, clock);
  }

  async begin(options: { fence?: number; format?: 'ccsds' | 'json' } = {}): Promise<Reception> {
    const { fence = 1, format = 'ccsds' } = options;
    const shipId = await this.#others.shipId('USS Enterprise');
    const opening = {
      contactId: CONTACT,
      fence,
      shipName: 'USS Enterprise',
      plannedStart: MICROS,
      plannedEnd: MICROS + 60_000_000,
      startedAt: MICROS,
      latenessMs: 0,
      stream: { format },
    };
    const reception = Reception.open(opening, shipId, null);
    const progress = reception.progress();
    await this.#others.begin({ opening, shipId, address: null, openedAt: MICROS, progress });
    return reception;
  }

  /** The other one does, and stores. */
  async receive(reception: Reception, ...numbers: number[]): Promise<void> {
    const archive = new MemoryTelemetryArchive(this.tables, 'another');
    await archive.store(batchOf(reception, ...numbers.map(given)));
  }

  async end(reception: Reception): Promise<void> {
    const { contactId, opening } = reception;
    const statement = { firstSequence: 1, lastSequence: SENT, sent: SENT };
    const samplesStored = await this.#others.samplesStored(contactId);
    const facts = { state: 'completed' as const, endedAt: MICROS, statement, samplesStored };
    const full = fullReportOf(reception, facts);
    const ended = { contactId, fence: opening.fence, endedAt: MICROS, ...full };
    const message = envelope(CONTACT_COMPLETED, {});
    await this.#others.end({ ...ended, progress: reception.progress(), message });
  }

  /** What this process took of the contact and could not store. */
  blocks(of: Reception, ...numbers: number[]): PacketBlock[] {
    return blocksOf(Reception.open(of.opening, of.shipId, null), numbers.map(given));
  }

  /** Done when the next look is over. */
  async look(): Promise<void> {
    const before = this.ours.looks;
    this.clock.advance(LATE_LOOK_EVERY_MS);
    await until(() => {
      if (this.ours.looks === before) throw new Error('Nobody looked');
    });
    await new Promise((resolve) => setImmediate(resolve));
  }

  async report(): Promise<ContactReport> {
    return (await this.#others.report(CONTACT))!;
  }
}

import { Logger } from '@nestjs/common';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CONTACT_COMPLETED,
  CONTACT_REPORT_REVISED,
  type ContactReport,
  encodeBatteryPacket,
} from '#common/contracts';
import { envelope, InProcessBus, MemoryOutbox, OutboxRelay } from '#common/messaging';
import { ManualClock } from '#common/platform';
import { until } from '../../../../test/support/until.js';
import { MemoryReceptionStore } from '../adapters/memory/memory-reception.store.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import type { PacketBlock } from '../archive/packet-block.js';
import { batchOf, blocksOf, type GivenPacket } from '../archive/testing/batches.js';
import { UNHEARD_EVENTS } from '../live/event-sink.js';
import { readPacketReaders } from '../packets/packet-readers.js';
import {
  LATE_BYTES_MAX,
  LATE_LOOK_EVERY_MS,
  LATE_WAIT_MS_MAX,
  LatePackets,
} from './late-packets.js';
import { Reception } from './reception.js';
import { reportOf } from './reception-report.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const MICROS = NOW.getTime() * 1_000;
const CONTACT = '00000000-0000-4000-8000-000000000001';
const SENT = 12;
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
const packetsOf = (numbers: readonly number[]): GivenPacket[] => numbers.map(given);

describe('late packets', () => {
  let clock: ManualClock;
  let tables: MemoryTables;
  let store: MemoryReceptionStore;
  let late: LatePackets;
  let looks: number;

  beforeAll(() => Logger.overrideLogger(false));

  beforeEach(() => {
    clock = new ManualClock(NOW);
    tables = new MemoryTables();
    store = new MemoryReceptionStore(tables, 'another');
    looks = 0;
    late = latePackets(new CountingStore(tables, 'this'));
  });

  class CountingStore extends MemoryReceptionStore {
    override ended(contactId: string): ReturnType<MemoryReceptionStore['ended']> {
      looks += 1;
      return super.ended(contactId);
    }
  }

  function latePackets(of: MemoryReceptionStore): LatePackets {
    const outbox = new MemoryOutbox(clock);
    const client = new InProcessBus().client();
    const relay = new OutboxRelay({ outbox, client, clock, mandatory: new Set() });
    return new LatePackets(of, readers, relay, UNHEARD_EVENTS, clock);
  }

  async function begin(
    options: { fence?: number; format?: 'ccsds' | 'json' } = {},
  ): Promise<Reception> {
    const { fence = 1, format = 'ccsds' } = options;
    const shipId = await store.shipId('USS Enterprise');
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
    await store.begin({ opening, shipId, address: null, openedAt: MICROS, progress });
    return reception;
  }

  const receive = (reception: Reception, ...numbers: number[]): Promise<unknown> =>
    new MemoryTelemetryArchive(tables, 'another').store(batchOf(reception, ...packetsOf(numbers)));

  /** All that the ship sent, as another ingestor knows it. */
  async function end(reception: Reception): Promise<void> {
    const { contactId, opening } = reception;
    const statement = { firstSequence: 1, lastSequence: SENT, sent: SENT };
    const samplesStored = await store.samplesStored(contactId);
    const facts = { state: 'completed' as const, endedAt: MICROS, statement, samplesStored };
    const report = reportOf(reception, facts);
    const ended = { contactId, fence: opening.fence, endedAt: MICROS, report };
    const message = envelope(CONTACT_COMPLETED, {});
    await store.end({ ...ended, progress: reception.progress(), message });
  }

  /** What another process took of the contact and never stored. */
  function blocks(of: Reception, ...numbers: number[]): PacketBlock[] {
    return blocksOf(Reception.open(of.opening, of.shipId, null), packetsOf(numbers));
  }

  async function look(): Promise<void> {
    const before = looks;
    clock.advance(LATE_LOOK_EVERY_MS);
    await until(() => expect(looks).toBeGreaterThan(before));
    await new Promise((resolve) => setImmediate(resolve));
  }

  const report = async (): Promise<ContactReport> => (await store.report(CONTACT))!;

  it('wait for the end of their contact, and make its report anew', async () => {
    const reception = await begin();
    await receive(reception, 1, 2, 3);
    late.take(blocks(reception, 5, 6, 4));
    await look();
    expect(late.check()).toMatchObject({ waiting: 3, stored: 0 });
    reception.account.restart();
    await receive(reception, 9, 10);
    await end(reception);
    expect(await report()).toMatchObject({
      revision: 1,
      samples_stored: 10,
      numbers: {
        missing: 7,
        missing_ranges: [
          { from: 4, to: 8, cause: 'restart' },
          { from: 11, to: 12, cause: 'lost' },
        ],
      },
    });
    const first = await report();
    await look();

    expect(await report()).toMatchObject({
      state: 'completed',
      revision: 2,
      closed: true,
      ended_at: first.ended_at,
      first_sequence: 1,
      last_sequence: SENT,
      samples_stored: 16,
      datagrams: { received: 8, good: 8, late: 3 },
      numbers: {
        expected: SENT,
        good: 8,
        missing: 4,
        missing_ranges: [
          { from: 7, to: 8, cause: 'restart' },
          { from: 11, to: 12, cause: 'lost' },
        ],
      },
    });
    expect(late.check()).toEqual({ status: 'up', waiting: 0, stored: 3, dropped: 0 });
    expect(tables.outbox.at(-1)).toMatchObject({
      type: CONTACT_REPORT_REVISED,
      data: { contact_id: CONTACT, fence: 1, report: await report() },
    });
    expect(await new MemoryTelemetryArchive(tables).latest(reception.shipId)).toMatchObject([
      { battery: 0, sequence: 10 },
      // The batches of this test tell of battery 0 alone.
      { battery: 1, sequence: 6 },
    ]);
    expect(clock.alarmCount).toBe(0);
  });

  it('add nothing when they come again', async () => {
    const reception = await begin();
    await receive(reception, 1);
    await end(reception);
    for (let times = 0; times < 2; times += 1) {
      late.take(blocks(reception, 1, 2, 3));
      late.take(blocks(reception, 3, 2));
      await look();
    }

    expect(await report()).toMatchObject({ revision: 2, numbers: { good: 3 }, samples_stored: 6 });
    expect(tables.outbox).toHaveLength(2);
    expect(late.check()).toMatchObject({ waiting: 0, stored: 2, dropped: 0 });
  });

  it('of a receiver that was away to the end leave what comes after them to its absence', async () => {
    const reception = await begin();
    await receive(reception, 1, 2);
    reception.account.restart();
    await end(reception);
    late.take(blocks(reception, 3, 4));
    await look();

    expect((await report()).numbers.missing_ranges).toEqual([
      { from: 5, to: SENT, cause: 'restart' },
    ]);
  });

  it('are dropped where nothing can be made of them', async () => {
    const known = await begin();
    late.take(blocks(known, 1));
    tables.receptions.clear();
    await look();
    expect(late.check()).toMatchObject({ waiting: 0, dropped: 1 });

    const first = await begin({ fence: 1 });
    await end(await begin({ fence: 2 }));
    late.take(blocks(first, 1, 2));
    await look();
    expect(late.check()).toMatchObject({ waiting: 0, dropped: 3 });

    const totals = await begin({ fence: 3, format: 'json' });
    await end(totals);
    late.take(blocks(totals, 1));
    await look();
    expect(late.check()).toMatchObject({ waiting: 0, stored: 0, dropped: 4 });
    expect(await report()).toMatchObject({ revision: 1 });
  });

  it('are dropped where the archive has forgotten packets of the contact', async () => {
    const reception = await begin();
    await receive(reception, 1, 2);
    await end(reception);
    tables.blocks.clear();
    late.take(blocks(reception, 3));
    await look();

    expect(late.check()).toMatchObject({ waiting: 0, dropped: 1 });
    expect(await report()).toMatchObject({ revision: 1, numbers: { good: 2 } });
  });

  it('wait a day at most', async () => {
    const reception = await begin();
    late.take(blocks(reception, 1));
    await look();
    expect(late.check()).toMatchObject({ waiting: 1 });
    clock.advance(LATE_WAIT_MS_MAX);
    await until(async () => {
      clock.advance(LATE_LOOK_EVERY_MS);
      await new Promise((resolve) => setImmediate(resolve));
      expect(late.check()).toMatchObject({ waiting: 0, dropped: 1 });
    });
  });

  it('have a bounded room', async () => {
    const reception = await begin();
    const [block] = blocks(reception, 1);
    const large = { ...block!, body: Buffer.alloc(LATE_BYTES_MAX / 2) };
    for (let times = 0; times < 3; times += 1) late.take([large]);

    expect(late.check()).toMatchObject({ waiting: 1, dropped: 2 });
  });

  it('are tried again while the database is away, and a last time at the stop', async () => {
    const reception = await begin();
    await end(reception);
    let isAway = true;
    late = latePackets(
      new (class extends CountingStore {
        override ended(contactId: string): ReturnType<MemoryReceptionStore['ended']> {
          const found = super.ended(contactId);
          return isAway ? Promise.reject(new Error('away on purpose')) : found;
        }
      })(tables, 'this'),
    );
    late.take(blocks(reception, 1));
    await look();
    expect(late.check()).toMatchObject({ waiting: 1 });
    isAway = false;
    await late.stop();

    expect(late.check()).toMatchObject({ waiting: 0, stored: 1 });
    expect(clock.alarmCount).toBe(0);
  });
});

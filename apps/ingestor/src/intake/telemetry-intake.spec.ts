import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeBatteryPacket, encodeClosingPacket } from '#common/contracts';
import { GOOD_RANGES_MAX } from '#common/domain';
import { SystemClock } from '#common/platform';
import { MemoryHotList } from '../adapters/memory/memory-hot.list.js';
import { MemoryTables } from '../adapters/memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../adapters/memory/memory-telemetry.archive.js';
import { Reception } from '../receptions/reception.js';
import { UdpServer } from '../udp/udp.server.js';
import { ArchiveWriter } from '../archive/archive-writer.js';
import { ReceptionRoutes } from './reception-routes.js';
import { StrayCounters } from './stray-counters.js';
import { TelemetryIntake } from './telemetry-intake.js';

const SHIP = '127.0.0.1';

describe('TelemetryIntake', () => {
  let udp: UdpServer;
  let tables: MemoryTables;
  let writer: ArchiveWriter;
  let routes: ReceptionRoutes;
  let strays: StrayCounters;
  let hot: MemoryHotList;
  let intake: TelemetryIntake;

  beforeEach(async () => {
    const clock = new SystemClock();
    udp = new UdpServer({ host: SHIP, port: 0, clock });
    await new Promise<void>((resolve) => udp.listen(() => resolve()));
    tables = new MemoryTables();
    writer = new ArchiveWriter(new MemoryTelemetryArchive(tables), clock);
    routes = new ReceptionRoutes();
    strays = new StrayCounters();
    hot = new MemoryHotList();
    intake = new TelemetryIntake(udp, routes, strays, writer, hot, clock);
  });

  afterEach(() => udp.close());

  function receive(apid: number): Reception {
    const opening = {
      contactId: `00000000-0000-4000-8000-00000000000${apid}`,
      fence: 1,
      shipName: `Ship ${apid}`,
      plannedStart: 0,
      plannedEnd: 60_000_000,
      startedAt: 0,
      latenessMs: 0,
      stream: { format: 'ccsds' as const },
    };
    const reception = Reception.open(opening, apid, { port: 10_015, apid });
    reception.expectFrom(new Set([SHIP]));
    routes.add(reception);
    return reception;
  }

  const packet = (apid: number, sequence: number): Buffer =>
    encodeBatteryPacket({
      apid,
      sequence,
      generatedAtMs: 1_900_000_000_000 + sequence,
      records: [0, 1].map((battery) => ({
        battery,
        mode: 'idle',
        volts: 20 + battery,
        amperes: 0,
        celsius: 20,
        charge: 50,
      })),
    });

  /** As from the shared port. */
  function take(data: Buffer, port = 5_000, address = SHIP): void {
    intake.take({ port: udp.sharedPort!, datagrams: [{ data, address, port }], receivedAtMs: 1 });
  }

  it('stores a record per battery, once per number', async () => {
    const reception = receive(1);
    for (const sequence of [1, 2, 2]) take(packet(1, sequence));
    await writer.flush();

    expect(tables.samples.size).toBe(4);
    expect(reception.account.counts()).toMatchObject({ received: 3, good: 2, duplicates: 1 });
    expect(await hot.length('Ship 1')).toBe(4);
  });

  it('gives a packet with a damaged APID to the contact that was sent from that port', () => {
    const [one, two] = [receive(1), receive(2)];
    take(packet(1, 1), 5_001);
    take(packet(2, 1), 5_002);
    const damaged = packet(1, 2);
    damaged[1] = 2;
    take(damaged, 5_001);

    expect(one.account.counts()).toMatchObject({ corrupt: 1 });
    expect(two.account.counts()).toMatchObject({ corrupt: 0, received: 1 });
  });

  it('goes by the APID where two contacts are sent from one port', () => {
    const [one, two] = [receive(1), receive(2)];
    take(packet(1, 1));
    take(packet(2, 1));
    const damaged = packet(2, 2);
    damaged[30]! ^= 1;
    take(damaged);

    expect(one.account.counts().corrupt).toBe(0);
    expect(two.account.counts().corrupt).toBe(1);
  });

  it('counts strays by reason and stores none', async () => {
    take(packet(9, 1));
    take(Buffer.from('garbage'));
    const damaged = packet(9, 1);
    damaged[30]! ^= 1;
    take(damaged);
    const idle = Buffer.from('07ffc0000002555555', 'hex');
    take(idle);
    intake.take({ port: 1, datagrams: [{ data: idle, address: SHIP, port: 1 }], receivedAtMs: 1 });
    intake.shed(1, { data: idle, address: SHIP, port: 1 });
    await writer.flush();

    const once = { unknown_apid: 1, malformed: 1, corrupt: 1, idle: 1, unknown_port: 1, shed: 1 };
    expect(strays.get()).toEqual(once);
    expect(tables.samples.size).toBe(0);
  });

  it('refuses foreign senders, even of a closing packet', () => {
    const reception = receive(1);
    take(packet(1, 1), 5_000, '127.0.0.2');
    take(encodeClosingPacket(1, 99, 0), 5_000, '127.0.0.2');

    expect(reception.account.counts()).toMatchObject({
      received: 2,
      rejected: { unknown_source: 2 },
    });
    expect(reception.closingSequence).toBeNull();
  });

  it('sheds what would make more holes than an account can hold', () => {
    const { account } = receive(1);
    for (let nr = 1; nr <= GOOD_RANGES_MAX; nr += 1) account.takeNumbered(2 * nr, 1);
    take(packet(1, 2 * GOOD_RANGES_MAX + 2));
    take(packet(1, 3));

    expect(account.counts()).toMatchObject({ shed: 1, good: GOOD_RANGES_MAX + 1 });
  });

  it('tells the account what the transport shed, and its number', () => {
    const reception = receive(1);
    take(packet(1, 1));
    intake.shed(udp.sharedPort!, { data: packet(1, 2), address: SHIP, port: 5_000 });
    take(packet(1, 3));

    expect(
      reception.account.numbers({ firstSequence: 1, lastSequence: 3, sent: 3 }).missingRanges,
    ).toEqual([{ from: 2, to: 2, cause: 'shed' }]);
  });
});

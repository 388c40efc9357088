import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import type { StreamLedger } from '#common/contracts';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  reportOf,
  startIngestor,
} from './support/ingestor.js';
import { verdictOf } from './support/ledger-verdict.js';
import { ArchiveLook, goodPackets, type RealFlight, streamOf } from './support/real-flight.js';
import { ShipUnderTest } from './support/spaceship.js';
import { until } from './support/until.js';

const SECRET = 'a master secret that nobody else knows';
const WAIT_MS_MAX = 45_000;
const CLOSING_BYTES = { unsigned: 21, signed: 37 };
const COMMON = { interval: 0.005, count: 250, epoch: '2031-01-01T00:00:00Z' };

const CCSDS: readonly RealFlight[] = [
  { loss: 0.1, burst: { probability: 0.01, length: 9 } },
  { duplicate: 0.4, reorder: { probability: 0.3, depth: 12 } },
  { corrupt: 0.2, duplicate: 0.2, loss: 0.05 },
  { delay_ms: [0, 200] as const, blackouts: [[0.2, 0.5] as const, [0.8, 0.9] as const] },
  {
    loss: 0.05,
    corrupt: 0.1,
    duplicate: 0.1,
    reorder: { probability: 0.1, depth: 5 },
    delay_ms: [5, 90] as const,
    blackouts: [[0.3, 0.7] as const],
  },
].map((faults, at) => ({
  ...COMMON,
  format: 'ccsds',
  batteries: [1, 4, 2, 8, 32][at]!,
  seed: 100 + at,
  faults,
}));
const JSON_FLIGHT: RealFlight = {
  ...COMMON,
  format: 'json',
  batteries: 2,
  seed: 7,
  faults: { loss: 0.2, corrupt: 0.1, delay_ms: [0, 50] },
};

describe.each([
  ['unsigned', undefined],
  ['signed', SECRET],
] as const)('contacts with a real ship, %s', (kind, secret) => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: ShipUnderTest;
  let app: NestFastifyApplication;
  let look: ArchiveLook;

  beforeEach(async () => {
    database = await testDatabase();
    look = await ArchiveLook.open(database.url);
    bus = new InProcessBus();
    ship = await ShipUnderTest.launch();
    app = await startIngestor({
      bus,
      databaseUrl: database.url,
      shipUrl: await ship.listenForHttp(),
      settings: { TELEMETRY_SECRET: secret },
    });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await look.close();
    await database.drop();
  });

  /** To the end of what the ship sends by itself; then the contact is closed. */
  async function fly(flight: RealFlight, nr: number): Promise<[OpenCommand, StreamLedger]> {
    const command = opening(600, streamOf(flight), { ship_name: `Ship ${nr}` });
    await openReception(bus, command);
    let ledger: StreamLedger | null = null;
    await until(async () => {
      const key = await look.eventKey(command.contact_id);
      expect(key).not.toBeNull();
      expect(await ship.state(key!)).toMatchObject({ phase: 'ended' });
      ledger = await ship.ledger(key!);
    }, WAIT_MS_MAX);
    await closeReception(bus, { ...command, reason: 'enough' });
    return [command, ledger!];
  }

  it('have reports that equal the ledgers, and every good packet is stored', async () => {
    const flights = [...CCSDS, JSON_FLIGHT];
    const flown = await Promise.all(flights.map(fly));
    for (const [nr, [command, ledger]] of flown.entries()) {
      const { format, batteries } = flights[nr]!;
      const closingBytes = ledger.totals.closing * CLOSING_BYTES[kind];
      const report = await reportOf(app, command);

      expect(report).toMatchObject({
        ...verdictOf(format, batteries, { ...ledger, closingBytes }),
        state: 'stopped',
      });
      const stored = await look.packets(command.contact_id);
      expect(stored).toHaveLength(report.datagrams.good);
      if (format === 'json') continue;
      const apid = stored[0]!.packet.readUInt16BE(0) & 0x7ff;
      const signedBy = secret ? { secret, contactId: command.contact_id } : null;
      const expected = goodPackets(flights[nr]!, ledger.totals.numbers, apid, signedBy);
      expect(await look.texts(command.contact_id)).toEqual(expected);
    }
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { migrate } from '#common/persistence';
import { startPostgresql } from '../scripts/services/postgresql.js';
import type { Service } from '../scripts/services/service.js';
import { ServiceTarget } from '../scripts/storm/service-target.js';
import {
  closeReception,
  opening,
  openReception,
  reportOf,
  startIngestor,
} from './support/ingestor.js';
import { verdictOf } from './support/ledger-verdict.js';
import { ArchiveLook, goodPackets, type RealFlight, streamOf } from './support/real-flight.js';
import { ShipUnderTest } from './support/spaceship.js';
import { until } from './support/until.js';

const WAIT_MS_MAX = 60_000;
const CLOSING_BYTES = 21;
const AWAY_SECONDS = Number(process.env['TELEMETRY_OUTAGE_SECONDS'] ?? 2.4);
const FLIGHT: RealFlight = {
  format: 'ccsds',
  batteries: 3,
  seed: 21,
  count: null,
  interval: 0.004,
  epoch: '2031-01-01T00:00:00Z',
  faults: {
    loss: 0.03,
    corrupt: 0.03,
    duplicate: 0.1,
    reorder: { probability: 0.1, depth: 8 },
  },
};

const AWAY_NUMBERS = AWAY_SECONDS / FLIGHT.interval;

describe('a PostgreSQL that goes away in the middle of a contact', { timeout: 240_000 }, () => {
  let folder: string;
  let postgresql: Service;
  let target: ServiceTarget;
  let bus: InProcessBus;
  let ship: ShipUnderTest;
  let app: NestFastifyApplication;
  let look: ArchiveLook;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-outage-'));
    postgresql = await startPostgresql({ folder });
    target = new ServiceTarget(postgresql);
    await migrate(postgresql.url);
    bus = new InProcessBus();
    ship = await ShipUnderTest.launch();
    const shipUrl = await ship.listenForHttp();
    app = await startIngestor({ bus, databaseUrl: postgresql.url, shipUrl });
  });

  afterEach(async () => {
    await target.thaw();
    await app.close();
    await ship.close();
    await bus.close();
    await look.close();
    await postgresql.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const sentBy = async (key: string): Promise<number> =>
    ((await ship.state(key)) as { last_sequence: number }).last_sequence;

  async function untilSent(key: string, numbers: number): Promise<void> {
    const from = await sentBy(key);
    await until(async () => expect(await sentBy(key)).toBeGreaterThan(from + numbers), WAIT_MS_MAX);
  }

  it.each([
    ['is frozen', () => target.freeze(), () => target.thaw()],
    ['is killed', () => target.kill(), () => target.revive()],
  ] as const)('loses nothing when it %s', async (_what, strike, revive) => {
    const command = opening(3_600, streamOf(FLIGHT));
    look = await ArchiveLook.open(postgresql.url);
    await openReception(bus, command);
    await until(async () => {
      expect((await look.packets(command.contact_id)).length).toBeGreaterThan(100);
    }, WAIT_MS_MAX);
    const key = (await look.eventKey(command.contact_id))!;
    // Its connections would be killed as well.
    await look.close();

    await strike();
    await untilSent(key, AWAY_NUMBERS);
    await revive();
    await target.waitUntilBack();
    look = await ArchiveLook.open(postgresql.url);
    await untilSent(key, 100);
    await closeReception(bus, { ...command, reason: 'enough' });
    const report = await reportOf(app, command);
    const ledger = await ship.ledger(key);

    const closingBytes = ledger.totals.closing * CLOSING_BYTES;
    expect(report).toMatchObject({
      ...verdictOf('ccsds', FLIGHT.batteries, { ...ledger, closingBytes }),
      state: 'stopped',
    });
    const [first] = await look.packets(command.contact_id);
    const apid = first!.packet.readUInt16BE(0) & 0x7ff;
    expect(await look.texts(command.contact_id)).toEqual(
      goodPackets(FLIGHT, ledger.totals.numbers, apid),
    );
  });
});

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { UdpServer } from '../apps/ingestor/src/udp/udp.server.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  prepareReception,
  reportOf,
  startIngestor,
} from './support/ingestor.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

/** The shared port is one of them. */
const PORTS_WHEN_IDLE = 1;
const RECEPTIONS_MAX = 3;
const HISTORIES = 25;

/** It is held for ten seconds. */
const RUNS_OUT_DEADLINE_MS = 40_000;

type Step = 'prepare' | 'prepare other' | 'open' | 'close';

describe('a reception that is announced', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    const settings = { INGESTOR_RECEPTIONS_MAX: RECEPTIONS_MAX };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  const ports = (): number[] =>
    app
      .get(UdpServer)
      .ports()
      .map(({ port }) => port);

  const portsAre = (count: number): Promise<void> =>
    until(() => expect(ports()).toHaveLength(count));

  async function receptions(): Promise<Record<string, unknown>[]> {
    return (await ask(app).get('/receptions').expect(200)).body as Record<string, unknown>[];
  }

  /** Announced for later, so that nothing runs out while a test looks. */
  const ahead = (change: Partial<OpenCommand> = {}): OpenCommand =>
    opening(
      600,
      { format: 'json' },
      {
        planned_start: new Date(Date.now() + 300_000).toISOString(),
        ...change,
      },
    );

  it('has its port ready, and nobody sees any of it', async () => {
    await prepareReception(bus, ahead());

    expect(ports()).toHaveLength(PORTS_WHEN_IDLE + 1);
    expect(ship.orders).toEqual([]);
    expect(await receptions()).toEqual([]);
  });

  it('begins at the very port that was ready', async () => {
    const command = ahead();
    await prepareReception(bus, command);
    const [, ready] = ports();
    await openReception(bus, command);
    const stream = await ship.nextStream();

    expect(stream.request.port).toBe(ready);
    await ship.send(stream, [ship.text(1)]);
    Object.assign(stream, { sent: 1 });
    await until(async () =>
      expect((await receptions())[0]).toMatchObject({ datagrams: { good: 1 } }),
    );
    await closeReception(bus, { ...command, reason: 'enough' });
    expect(await reportOf(app, command)).toMatchObject({ state: 'stopped', closed: true });
    await portsAre(PORTS_WHEN_IDLE);
  });

  it('comes to nothing when it is called off, when another start is announced, or when the app stops', async () => {
    const command = ahead();
    await prepareReception(bus, command);
    await closeReception(bus, { ...command, reason: 'enough' });
    await portsAre(PORTS_WHEN_IDLE);

    const next = ahead();
    await prepareReception(bus, next);
    await prepareReception(bus, { ...next, fence: 2 });
    await portsAre(PORTS_WHEN_IDLE + 1);
    await prepareReception(bus, next);
    await portsAre(PORTS_WHEN_IDLE + 1);
    await app.close();
    expect(ports()).toEqual([]);
  });

  it('comes to nothing some seconds after a start that does not come', async () => {
    await prepareReception(bus, ahead({ planned_start: new Date().toISOString() }));
    expect(ports()).toHaveLength(PORTS_WHEN_IDLE + 1);

    await until(() => expect(ports()).toHaveLength(PORTS_WHEN_IDLE), RUNS_OUT_DEADLINE_MS);
  });

  it('is not what was booked when the contact was changed meanwhile', async () => {
    const command = ahead();
    await prepareReception(bus, command);
    await openReception(bus, { ...command, stream: { format: 'ccsds' } });
    const { request } = await ship.nextStream();

    expect(request.apid).toBeGreaterThan(0);
    await portsAre(PORTS_WHEN_IDLE);
  });

  it('gives way to those that start now', async () => {
    const announced = Array.from({ length: RECEPTIONS_MAX + 2 }, () => ahead());
    for (const command of announced) await prepareReception(bus, command);
    expect(ports()).toHaveLength(PORTS_WHEN_IDLE + RECEPTIONS_MAX);

    const starting = Array.from({ length: RECEPTIONS_MAX }, () => ahead());
    for (const command of starting) await openReception(bus, command);
    await ship.nextStream(RECEPTIONS_MAX);
    await portsAre(PORTS_WHEN_IDLE + RECEPTIONS_MAX);
    const [late] = announced;
    await openReception(bus, late!);
    expect(await reportOf(app, late!)).toMatchObject({ state: 'failed' });
  });

  it('takes one place, however often its command comes at the same time', async () => {
    const command = ahead();
    const commands = Array.from({ length: RECEPTIONS_MAX + 1 }, () => openReception(bus, command));
    await Promise.all(commands);
    await ship.nextStream();
    await portsAre(PORTS_WHEN_IDLE + 1);
    await closeReception(bus, { ...command, reason: 'enough' });
    expect((await reportOf(app, command)).state).toBe('stopped');
  });

  it('comes to the same end in whatever order its commands come, and leaves no port behind', async () => {
    const step = fc.constantFrom<Step>('prepare', 'prepare other', 'open', 'close');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, atOnce) => {
        const command = ahead();
        const does: Record<Step, () => Promise<unknown>> = {
          prepare: () => prepareReception(bus, command),
          'prepare other': () =>
            prepareReception(bus, { ...command, ship_name: 'Voyager', fence: command.fence }),
          open: () => openReception(bus, command),
          close: () => closeReception(bus, { ...command, reason: 'enough' }),
        };
        const ordersBefore = ship.orders.length;
        if (atOnce) await Promise.all(steps.map((one) => does[one]()));
        else for (const one of steps) await does[one]();

        await closeReception(bus, { ...command, reason: 'enough' });
        const wasOpened = steps.includes('open');
        const state = wasOpened ? (await reportOf(app, command)).state : null;
        expect(state).toBe(wasOpened ? 'stopped' : null);
        expect(ship.orders.length - ordersBefore).toBeLessThanOrEqual(1);
        await until(async () => expect(await receptions()).toEqual([]));
        await portsAre(PORTS_WHEN_IDLE);
      }),
      { numRuns: HISTORIES },
    );
  }, 120_000);
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '#common/messaging';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  reportOf,
  startIngestor,
} from './support/ingestor.js';
import { FakeShip } from './support/ship.js';

describe('a json contact', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    await ship.start();
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  const stop = ({ contact_id, fence }: OpenCommand): Promise<unknown> =>
    closeReception(bus, { contact_id, fence, reason: 'enough' });

  it('compares its totals, and serves its samples', async () => {
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);
    const stream = await ship.nextStream();
    await ship.send(stream, [ship.text(1), ship.text(2), '{"value":', ship.text(3)]);
    Object.assign(stream, { last: 5, sent: 5 });
    await stop(command);
    const report = await reportOf(app, command);

    expect(report).toMatchObject({
      state: 'stopped',
      closed: true,
      accounting: 'totals',
      datagrams: { received: 4, good: 3, rejected: { 'not-json': 1 }, control: 0 },
      numbers: {
        expected: 5,
        good: 3,
        missing: 2,
        missing_ranges: [],
        missing_by_cause: { corrupt: 1, shed: 0, kernel: 0, restart: 0, lost: 1 },
      },
      samples_stored: 3,
    });
    const { body: ships } = await ask(app).get('/ships').expect(200);
    expect(ships).toEqual([
      {
        name: 'USS Enterprise',
        apid: 1,
        samples: 3,
        first_sample_at: '2030-01-01T00:00:00.001Z',
        last_sample_at: '2030-01-01T00:00:00.003Z',
      },
    ]);
    const { body: latest } = await ask(app).get('/ships/USS%20Enterprise/latest').expect(200);
    expect(latest).toEqual([expect.objectContaining({ battery: 0, sequence: 3, mode: null })]);
  });

  it('leaves what strangers send out of the comparison', async () => {
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);
    const stream = await ship.nextStream();
    const foreign = createSocket('udp4');
    foreign.bind(0, '127.0.0.2');
    await once(foreign, 'listening');
    await ship.send(
      stream,
      [1, 2, 3, 4].map((n) => ship.text(n)),
      foreign,
    );
    await ship.send(stream, [ship.text(1), ship.text(2)]);
    Object.assign(stream, { last: 4, sent: 4 });
    foreign.close();
    await stop(command);

    expect(await reportOf(app, command)).toMatchObject({
      closed: true,
      datagrams: { received: 6, good: 2, rejected: { unknown_source: 4 } },
      numbers: { expected: 4, good: 2, missing: 2, missing_by_cause: { lost: 2 } },
    });
  });

  it('stays open when more came than its ship sent', async () => {
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);
    const stream = await ship.nextStream();
    await ship.send(stream, [ship.text(1), ship.text(2)]);
    Object.assign(stream, { last: 1, sent: 1 });
    await stop(command);

    expect(await reportOf(app, command)).toMatchObject({
      closed: false,
      numbers: { expected: 1, good: 2, missing: 0 },
    });
  });
});

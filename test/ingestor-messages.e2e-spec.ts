import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CONTACT_COMPLETED,
  CONTACT_FAILED,
  CONTACT_STARTED,
  type ContactReport,
} from '#common/contracts';
import { InProcessBus } from '#common/messaging';
import { type TestDatabase, testDatabase } from './support/database.js';
import {
  ask,
  closeReception,
  type OpenCommand,
  opening,
  openReception,
  startIngestor,
} from './support/ingestor.js';
import { FakeShip } from './support/ship.js';
import { until } from './support/until.js';

interface Told {
  readonly key: string;
  readonly data: { readonly contact_id: string; readonly report?: ContactReport };
}

describe('what the ingestor tells of a contact', () => {
  let database: TestDatabase;
  let bus: InProcessBus;
  let ship: FakeShip;
  let app: NestFastifyApplication;
  let told: Told[];

  beforeEach(async () => {
    database = await testDatabase();
    bus = new InProcessBus();
    ship = new FakeShip();
    told = [];
    await ship.start();
    await listenInstead();
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url });
  });

  afterEach(async () => {
    await app.close();
    await ship.close();
    await bus.close();
    await database.drop();
  });

  /** In place of the scheduler. */
  async function listenInstead(): Promise<void> {
    const server = bus.server('stand-in');
    for (const key of [CONTACT_STARTED, CONTACT_COMPLETED, CONTACT_FAILED])
      server.addHandler(key, async (data: Told['data']) => void told.push({ key, data }), true);
    await new Promise<void>((resolve) => {
      server.listen(() => resolve());
    });
  }

  async function toldOf({ contact_id }: OpenCommand, count: number): Promise<Told[]> {
    const of = (): Told[] => told.filter(({ data }) => data.contact_id === contact_id);
    await until(() => expect(of()).toHaveLength(count), 10_000);
    return of();
  }

  it('is its start and its completion, with the report', async () => {
    const command = opening(60, { format: 'json' }, { fence: 3 });
    await openReception(bus, command);
    await toldOf(command, 1);
    await closeReception(bus, { contact_id: command.contact_id, fence: 3, reason: 'enough' });
    const [started, completed] = await toldOf(command, 2);

    const { body } = await ask(app).get(`/contacts/${command.contact_id}/report`).expect(200);
    const common = { contact_id: command.contact_id, fence: 3 };
    expect(started).toEqual({
      key: CONTACT_STARTED,
      data: { ...common, stream_asked_at: body.stream_asked_at },
    });
    expect(completed).toEqual({
      key: CONTACT_COMPLETED,
      data: { ...common, ended_at: body.ended_at, report: body },
    });
    expect(body.state).toBe('stopped');
  });

  it('is a fault of the user when the ship refuses', async () => {
    ship.script.start = () => ({ status: 400, body: { detail: 'Target refused' } });
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);

    expect(await toldOf(command, 1)).toMatchObject([
      {
        key: CONTACT_FAILED,
        data: { fault: 'user', reason: 'The ship refused the stream: 400 Target refused' },
      },
    ]);
  });

  it('is a fault of the spacecraft when it never answers', async () => {
    await ship.hangUp();
    const command = opening(0.5, { format: 'json' });
    await openReception(bus, command);

    expect(await toldOf(command, 1)).toMatchObject([
      { key: CONTACT_FAILED, data: { fault: 'spacecraft', report: { closed: false } } },
    ]);
  });

  it('is a fault of the system when the command comes after the planned end', async () => {
    const command = opening(-1, { format: 'json' });
    await openReception(bus, command);

    expect(await toldOf(command, 1)).toMatchObject([
      {
        key: CONTACT_FAILED,
        data: { fault: 'system', reason: 'The command came after the planned end' },
      },
    ]);
    expect(ship.requests).toEqual([]);
  });

  it('is its stop when the close overtakes the open, once or twice', async () => {
    const command = opening(60, { format: 'json' }, { fence: 2 });
    const close = { contact_id: command.contact_id, fence: 2, reason: 'enough' };
    await closeReception(bus, close);
    await closeReception(bus, close);
    await openReception(bus, command);
    await openReception(bus, command);

    expect(await toldOf(command, 1)).toMatchObject([
      { key: CONTACT_COMPLETED, data: { fence: 2, report: { state: 'stopped', closed: false } } },
    ]);
    expect(ship.requests).toEqual([]);
  });

  it('ends as stopped when open and close come at one time, and leaves no stream behind', async () => {
    const commands = Array.from({ length: 6 }, () => opening(60, { format: 'json' }));
    await Promise.all(
      commands.flatMap((command, nr) => {
        const open = (): Promise<unknown> => openReception(bus, command);
        const close = (): Promise<unknown> => closeReception(bus, { ...command, reason: 'enough' });
        return nr % 2 === 0 ? [open(), close()] : [close(), open()];
      }),
    );

    for (const { contact_id } of commands)
      await until(async () => {
        const { body } = await ask(app).get(`/contacts/${contact_id}/report`).expect(200);
        expect(body.state).toBe('stopped');
      }, 10_000);
    expect(ship.streams.filter(({ isStopped }) => !isStopped)).toEqual([]);
  });

  it('is held though a lower fence was called off', async () => {
    const command = opening(60, { format: 'json' }, { fence: 2 });
    await closeReception(bus, { contact_id: command.contact_id, fence: 1, reason: 'enough' });
    await openReception(bus, command);

    expect(await toldOf(command, 1)).toMatchObject([{ key: CONTACT_STARTED }]);
  });

  it('gives the ship a time to end by itself, soon after the planned end', async () => {
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);
    const { request } = await ship.nextStream();

    expect(Date.parse(request.until!) - Date.parse(command.planned_end)).toBe(10_000);
  });

  it('is a fault of the system when it has no room', async () => {
    await app.close();
    const settings = { INGESTOR_RECEPTIONS_MAX: 1 };
    app = await startIngestor({ bus, databaseUrl: database.url, shipUrl: ship.url, settings });
    await openReception(bus, opening(60, { format: 'json' }));
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);

    expect(await toldOf(command, 1)).toMatchObject([
      {
        key: CONTACT_FAILED,
        data: { fault: 'system', reason: '1 receptions are open, that is the limit' },
      },
    ]);
  });

  it('moves a stream to another address when the answer of the ship was lost', async () => {
    let asked = 0;
    ship.script.start = () => {
      asked += 1;
      if (asked === 1) ship.dropConnections();
      return asked === 1 ? 'silence' : null;
    };
    const command = opening(60, { format: 'json' });
    await openReception(bus, command);
    await toldOf(command, 1);

    const [first, second] = ship.orders;
    expect(first!.port).not.toBe(second!.port);
    expect(ship.streams[0]!.request.port).toBe(second!.port);
  });

  it('gives nobody the address of a stream that may have been left behind', async () => {
    let asked = 0;
    ship.script.start = () => {
      asked += 1;
      if (asked === 1) ship.dropConnections();
      return asked === 1 ? 'silence' : null;
    };
    const [inDoubt, ...others] = Array.from({ length: 4 }, () => opening(60, { format: 'ccsds' }));
    await openReception(bus, inDoubt!);
    await toldOf(inDoubt!, 1);
    await closeReception(bus, { ...inDoubt!, reason: 'enough' });
    await toldOf(inDoubt!, 2);
    for (const other of others) {
      await openReception(bus, other);
      await toldOf(other, 1);
    }

    const [leftBehind, ...apids] = ship.orders.map(({ apid }) => apid);
    expect(apids).toHaveLength(4);
    expect(apids).not.toContain(leftBehind);
  });
});

import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import type { SequenceRange } from '#common/domain';
import { RabbitBus } from '#common/messaging';
import { migrate } from '#common/persistence';
import { startPostgresql } from '../scripts/services/postgresql.js';
import type { Service } from '../scripts/services/service.js';
import { anyPorts } from './support/any-ports.js';
import { type Broker, aBroker } from './support/broker.js';
import { closeReception, type OpenCommand, opening, openReception } from './support/ingestor.js';
import { PerigeeProcess } from './support/process.js';
import { type FakeStream, FakeShip } from './support/ship.js';
import { until } from './support/until.js';

/** The tests end the contacts. */
const SECONDS = 3_600;
const WAIT_MS_MAX = 50_000;

interface Part {
  readonly status: string;
  readonly batches: number;
  readonly samples: number;
}

interface Listed {
  readonly contact_id: string;
  readonly datagrams: { readonly good: number };
}

describe('a database that is away in the middle of a contact', { timeout: 180_000 }, () => {
  let broker: Broker;
  let bus: RabbitBus;
  let folder: string;
  let database: Service;
  let ship: FakeShip;
  let ingestor: PerigeeProcess;
  let command: OpenCommand;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-spool-'));
    ship = new FakeShip();
    [broker, database] = await Promise.all([aBroker(), startDatabase(), ship.start()]);
    await migrate(database.url);
    bus = await RabbitBus.connect({ url: broker.url, processName: 'test' });
  });

  beforeEach(async () => {
    ingestor = await startIngestor();
  });

  afterEach(() => ingestor.end('SIGKILL'));

  afterAll(async () => {
    await bus.close();
    await Promise.all([database.stop(), broker.remove(), ship.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  /** At the address of before, with all that was in it. */
  const startDatabase = (): Promise<Service> =>
    startPostgresql({ folder: join(folder, 'postgresql') });

  const startIngestor = (): Promise<PerigeeProcess> =>
    PerigeeProcess.start(
      {
        ...anyPorts(folder),
        INGESTOR_ID: 'the only one',
        RABBITMQ_URL: broker.url,
        DATABASE_URL: database.url,
        SPACESHIP_URL: ship.url,
        LOG_FILE: '',
      },
      'ingestor',
    );

  async function ask<T>(path: string): Promise<T> {
    const answer = await fetch(new URL(path, ingestor.ownUrl), {
      signal: AbortSignal.timeout(20_000),
    });
    return (await answer.json()) as T;
  }

  async function spool(): Promise<Part> {
    const { details } = await ask<{ details: { spool: Part } }>('/health/ready');
    return details.spool;
  }

  async function stream(): Promise<FakeStream> {
    const count = ship.streams.length + 1;
    command = opening(SECONDS, { format: 'ccsds' });
    await openReception(bus, command);
    await until(() => expect(ship.streams).toHaveLength(count), WAIT_MS_MAX);
    return ship.streams.at(-1)!;
  }

  async function send(to: FakeStream, first: number, last: number): Promise<void> {
    for (let n = first; n <= last; n += 1) await ship.send(to, [ship.packet(to, n)]);
  }

  const good = (count: number): Promise<void> =>
    until(async () => {
      const open = await ask<Listed[]>('/receptions');
      const reception = open.find(({ contact_id }) => contact_id === command.contact_id);
      expect(reception?.datagrams.good).toBe(count);
    }, WAIT_MS_MAX);

  /** The numbers that are stored, in the order in which they were. */
  async function stored(): Promise<SequenceRange[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const sql = 'SELECT numbers FROM blocks WHERE contact_id = $1 ORDER BY number';
    const { rows } = await client.query<{ numbers: SequenceRange[] }>(sql, [command.contact_id]);
    await client.end();
    return rows.flatMap(({ numbers }) => numbers);
  }

  /** Numbers of all of them, one after the other. */
  const listed = async (): Promise<number[]> =>
    (await stored()).flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, at) => from + at),
    );

  const numbersTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

  const isStored = (numbers: readonly number[]): Promise<void> =>
    until(async () => expect(await listed()).toEqual(numbers), WAIT_MS_MAX);

  const spoolFolder = (): string => join(folder, 'data/spool');

  async function spooledFiles(): Promise<string[]> {
    const files = await readdir(spoolFolder(), { recursive: true });
    return files.filter((name) => name.includes('.batch'));
  }

  async function end(of: FakeStream, last: number): Promise<ContactReport> {
    Object.assign(of, { last, sent: last });
    await closeReception(bus, { ...command, reason: 'enough' });
    let report: ContactReport | null = null;
    await until(async () => {
      report = await ask<ContactReport>(`/contacts/${command.contact_id}/report`);
      expect(report).toMatchObject({ contact_id: command.contact_id, state: 'stopped' });
    }, WAIT_MS_MAX);
    return report!;
  }

  /** The database is away then. */
  async function fiveStoredFiveSpooled(): Promise<FakeStream> {
    const open = await stream();
    await send(open, 1, 5);
    await isStored(numbersTo(5));
    await database.stop();
    await send(open, 6, 10);
    await until(async () => expect(await spool()).toMatchObject({ samples: 5 }), WAIT_MS_MAX);
    return open;
  }

  it('costs nothing: what came meanwhile waits on the disk, and is stored in order', async () => {
    const open = await stream();
    await send(open, 1, 5);
    await isStored(numbersTo(5));
    await database.stop();
    await send(open, 6, 15);
    await until(async () => expect(await spool()).toMatchObject({ samples: 10 }), WAIT_MS_MAX);
    expect(await spool()).toMatchObject({ status: 'degraded' });
    // It still takes what the ships send, so nobody may take it out of traffic.
    const ready = await fetch(new URL('/health/ready', ingestor.ownUrl));
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'degraded',
      details: { archive: { status: 'degraded' }, receptions: { status: 'degraded' } },
    });
    expect(await spooledFiles()).not.toEqual([]);
    await send(open, 16, 20);
    await good(20);

    database = await startDatabase();
    await send(open, 21, 22);
    await isStored(numbersTo(22));
    await until(async () => {
      expect(await spool()).toMatchObject({ status: 'up', batches: 0 });
      expect(await spooledFiles()).toEqual([]);
    }, WAIT_MS_MAX);
    expect(await end(open, 22)).toMatchObject({
      closed: true,
      datagrams: { good: 22, shed: 0 },
      numbers: { expected: 22, good: 22, missing: 0 },
      samples_stored: 22,
    });
  });

  it('costs what was sent while nobody listened, when the ingestor is killed meanwhile', async () => {
    const open = await fiveStoredFiveSpooled();
    await ingestor.end('SIGKILL');
    await send(open, 11, 13);

    database = await startDatabase();
    ingestor = await startIngestor();
    await good(10);
    expect(await listed()).toEqual(numbersTo(10));
    expect(await spooledFiles()).toEqual([]);
    await until(() => expect(ship.requests).toContain(`PATCH /stream/${open.eventKey}`));
    await send(open, 14, 15);
    await good(12);
    expect(await end(open, 15)).toMatchObject({
      closed: true,
      numbers: {
        expected: 15,
        good: 12,
        missing: 3,
        missing_ranges: [{ from: 11, to: 13, cause: 'restart' }],
      },
      samples_stored: 12,
    });
  });

  it.each(['goes on', 'is killed afterwards'])(
    'costs what the disk damages meanwhile, and the account says so, when the ingestor %s',
    async (what) => {
      const open = await fiveStoredFiveSpooled();
      for (const name of await spooledFiles()) await appendFile(join(spoolFolder(), name), 'x');
      await send(open, 11, 13);
      await good(13);

      database = await startDatabase();
      await isStored([...numbersTo(5), 11, 12, 13]);
      if (what === 'is killed afterwards') {
        await ingestor.end('SIGKILL');
        ingestor = await startIngestor();
        await good(8);
      }
      expect(await end(open, 13)).toMatchObject({
        closed: true,
        datagrams: { good: 8, shed: 5 },
        numbers: {
          expected: 13,
          good: 8,
          missing: 5,
          missing_ranges: [{ from: 6, to: 10, cause: 'shed' }],
        },
        samples_stored: 8,
      });
    },
  );
});

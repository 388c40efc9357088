import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { instantOf } from '#common/domain';
import { dataSourceOptions } from '#common/persistence';
import { TypeOrmReceptionStore } from '../apps/ingestor/src/adapters/typeorm-reception.store.js';
import { IngestorIdentity } from '../apps/ingestor/src/receptions/ingestor-identity.js';
import { anyPorts } from './support/any-ports.js';
import { type Broker, aBroker } from './support/broker.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { sums } from './support/ingestor.js';
import { PerigeeProcess } from './support/process.js';
import { type FakeStream, FakeShip } from './support/ship.js';
import { until } from './support/until.js';

/** The test ends the contact. */
const SECONDS = 3_600;
const WAIT_MS_MAX = 50_000;

interface Contact {
  readonly id: string;
  readonly report: ContactReport | null;
}

interface Listed {
  readonly contact_id: string;
  readonly datagrams: { readonly good: number };
}

describe('an ingestor that froze over packets it had taken', { timeout: 180_000 }, () => {
  let broker: Broker;
  let database: TestDatabase;
  let source: DataSource;
  let folder: string;
  let ship: FakeShip;
  let scheduler: PerigeeProcess;
  let first: PerigeeProcess;
  let second: PerigeeProcess;
  const processes: PerigeeProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-late-'));
    ship = new FakeShip();
    [broker, database] = await Promise.all([aBroker(), testDatabase(), ship.start()]);
    source = new DataSource(dataSourceOptions(database.url, 'test'));
    await source.initialize();
    scheduler = await start('scheduler');
    first = await start('ingestor', { INGESTOR_ID: 'first' });
  });

  afterAll(async () => {
    await Promise.all(processes.map((each) => each.end('SIGKILL')));
    await source.destroy();
    await database.drop();
    await broker.remove();
    await ship.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(app: string, settings: NodeJS.ProcessEnv = {}): Promise<PerigeeProcess> {
    const services = { RABBITMQ_URL: broker.url, DATABASE_URL: database.url };
    const own = { ...services, SPACESHIP_URL: ship.url, LOG_FILE: '', ...settings };
    const started = await PerigeeProcess.start({ ...anyPorts(folder), ...own }, app);
    processes.push(started);
    return started;
  }

  async function ask<T>(of: PerigeeProcess, path: string, body?: object): Promise<T> {
    const answer = await fetch(new URL(path, of.ownUrl), {
      signal: AbortSignal.timeout(5_000),
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      ...(body && { headers: { 'content-type': 'application/json' } }),
    });
    expect(answer.ok).toBe(true);
    return (await answer.json()) as T;
  }

  async function book(): Promise<{ id: string; stream: FakeStream }> {
    const start_time = new Date(Date.now() + 2_000).toISOString();
    const contact = { ship_name: 'Voyager', start_time, duration: SECONDS };
    const wanted = { ...contact, stream: { format: 'ccsds' } };
    const { id } = await ask<Contact>(scheduler, '/scheduler/', wanted);
    await until(() => expect(ship.streams).toHaveLength(1), WAIT_MS_MAX);
    return { id, stream: ship.streams[0]! };
  }

  async function send(stream: FakeStream, from: number, to: number): Promise<void> {
    for (let n = from; n <= to; n += 1) await ship.send(stream, [ship.packet(stream, n)]);
  }

  const good = (of: PerigeeProcess, count: number): Promise<void> =>
    until(async () => {
      const [reception] = await ask<Listed[]>(of, '/receptions');
      expect(reception?.datagrams.good).toBe(count);
    }, WAIT_MS_MAX);

  const storedSamples = async (): Promise<number> => {
    const [row] = (await source.query('SELECT coalesce(sum(samples), 0) AS sum FROM blocks')) as {
      sum: string;
    }[];
    return Number(row!.sum);
  };

  /** While it is held nothing of the contact can be stored. */
  async function lock(id: string): Promise<QueryRunner> {
    const holder = source.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await holder.query('SELECT FROM receptions WHERE contact_id = $1 FOR UPDATE', [id]);
    return holder;
  }

  /** What it began to store would be stored by the database though the process is frozen. */
  const cutOff = (): Promise<void> =>
    until(async () => {
      const waiting = (await source.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )) as unknown[];
      expect(waiting).toEqual([]);
    }, WAIT_MS_MAX);

  /** The command may be dealt to the frozen one: it is noted as if an ingestor had taken it. */
  async function stop(id: string): Promise<void> {
    await fetch(new URL(`/scheduler/${id}`, scheduler.ownUrl), { method: 'DELETE' });
    const store = new TypeOrmReceptionStore(source, new IngestorIdentity('test'));
    const closedAt = instantOf(new Date());
    await store.close({ contactId: id, fence: 1, closedAt, reason: 'enough' });
  }

  /** As the scheduler knows it, once it counts so many packets. */
  const reported = async (id: string, good: number): Promise<ContactReport> => {
    let report: ContactReport | null = null;
    await until(async () => {
      ({ report } = await ask<Contact>(scheduler, `/scheduler/${id}`));
      expect(report).toMatchObject({ numbers: { good } });
    }, WAIT_MS_MAX);
    return report!;
  };

  it('gives them to the report of the contact that another one has ended meanwhile', async () => {
    const { id, stream } = await book();
    await send(stream, 1, 5);
    await until(async () => expect(await storedSamples()).toBe(5), WAIT_MS_MAX);
    const held = await lock(id);
    await send(stream, 6, 10);
    await good(first, 10);
    first.freeze();
    await cutOff();
    await held.rollbackTransaction();
    await held.release();

    second = await start('ingestor', { INGESTOR_ID: 'second' });
    await good(second, 5);
    await until(() => expect(ship.requests).toContain(`PATCH /stream/${stream.eventKey}`));
    await send(stream, 11, 12);
    await good(second, 7);
    Object.assign(stream, { last: 12, sent: 12 });
    await stop(id);
    const before = await reported(id, 7);
    expect(before).toMatchObject({
      revision: 1,
      state: 'stopped',
      closed: true,
      samples_stored: 7,
      numbers: { expected: 12, good: 7, missing: 5 },
    });
    expect(before.numbers.missing_ranges).toEqual([{ from: 6, to: 10, cause: 'restart' }]);

    first.thaw();
    const after = await reported(id, 12);
    // One more, but where it took the packets to their places in parts.
    expect(after.revision).toBeGreaterThan(1);
    expect(after).toMatchObject({
      state: 'stopped',
      closed: true,
      ended_at: before.ended_at,
      samples_stored: 12,
      numbers: { expected: 12, good: 12, missing: 0, missing_ranges: [] },
    });
    expect(sums(after)).toEqual({ datagrams: after.datagrams.received, numbers: 12 });
    expect(await storedSamples()).toBe(12);
    for (const ingestor of [first, second])
      expect(await ask(ingestor, `/contacts/${id}/report`)).toEqual(after);
    await until(async () => {
      const { details } = await ask<{ details: Record<string, object> }>(first, '/health/ready');
      expect(details['late_packets']).toMatchObject({ waiting: 0, stored: 5, dropped: 0 });
    }, WAIT_MS_MAX);
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ContactReport } from '#common/contracts';
import { dataSourceOptions } from '#common/persistence';
import { DataSource } from 'typeorm';
import { anyPorts } from './support/any-ports.js';
import { type Broker, aBroker } from './support/broker.js';
import { type TestDatabase, testDatabase } from './support/database.js';
import { sums } from './support/ingestor.js';
import { PerigeeProcess } from './support/process.js';
import { until } from './support/until.js';

const CONTACTS = 9;
/** Long enough to lose an ingestor and to be taken over, also on a slow machine. */
const SECONDS = 30;
const START_MS_MAX = 30_000;
const END_MS_MAX = (SECONDS + 40) * 1_000;

interface Contact {
  readonly id: string;
  readonly ship_name: string;
  readonly state: string;
  readonly report: ContactReport | null;
}

interface Listed {
  readonly contact_id: string;
  readonly is_streaming: boolean;
  readonly datagrams: { readonly good: number };
}

describe('three ingestors', () => {
  let broker: Broker;
  let database: TestDatabase;
  let source: DataSource;
  let folder: string;
  let scheduler: PerigeeProcess;
  let ingestors: PerigeeProcess[];
  const processes: PerigeeProcess[] = [];

  beforeAll(async () => {
    broker = await aBroker();
  });

  afterAll(() => broker.remove());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-ingestors-'));
    database = await testDatabase();
    source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
    await source.initialize();
    const ship = await start('spaceship', {});
    scheduler = await start('scheduler', {});
    ingestors = [];
    for (const nr of [1, 2, 3])
      ingestors.push(
        await start('ingestor', {
          INGESTOR_ID: `ingestor ${nr}`,
          INGESTOR_PORT_POOL: `43${nr}00-43${nr}49`,
          SPACESHIP_URL: ship.ownUrl,
        }),
      );
  });

  afterEach(async () => {
    for (const each of processes.splice(0)) await each.end('SIGKILL');
    await source.destroy();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(app: string, settings: NodeJS.ProcessEnv): Promise<PerigeeProcess> {
    const services = { RABBITMQ_URL: broker.url, DATABASE_URL: database.url };
    const env = { ...anyPorts(folder), ...services, LOG_FILE: '', ...settings };
    const started = await PerigeeProcess.start(env, app);
    processes.push(started);
    return started;
  }

  async function get<T>(from: PerigeeProcess, path: string): Promise<T> {
    const answer = await fetch(new URL(path, from.ownUrl), { signal: AbortSignal.timeout(5_000) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }

  const receptionsOf = (ingestor: PerigeeProcess): Promise<Listed[]> =>
    get<Listed[]>(ingestor, '/receptions');
  const contacts = (): Promise<Contact[]> => get<Contact[]>(scheduler, '/scheduler/');

  /** At one instant, half of each format; the ids once all stream. */
  async function stream(): Promise<string[]> {
    const start_time = new Date(Date.now() + 3_000).toISOString();
    const ids: string[] = [];
    for (let nr = 0; nr < CONTACTS; nr += 1) {
      const format = nr % 2 === 0 ? 'ccsds' : 'json';
      const body = { ship_name: `Ship ${nr}`, start_time, duration: SECONDS };
      const answer = await fetch(new URL('/scheduler/', scheduler.ownUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, stream: { format, interval: 0.05 } }),
      });
      ids.push(((await answer.json()) as Contact).id);
    }
    await until(async () => {
      const open = (await Promise.all(ingestors.map(receptionsOf))).flat();
      expect(open).toHaveLength(CONTACTS);
      for (const { datagrams } of open) expect(datagrams.good).toBeGreaterThan(3);
    }, START_MS_MAX);
    return ids;
  }

  const idsOf = (open: readonly Listed[]): string[] => open.map(({ contact_id }) => contact_id);

  async function samplesIn(id: string): Promise<number> {
    const rows = (await source.query(
      'SELECT count(*) AS count FROM samples WHERE contact_id = $1',
      [id],
    )) as { count: string }[];
    return Number(rows[0]!.count);
  }

  /** Each ended once, with an account that closes and agrees with what is stored. */
  async function expectAllAccountedFor(ids: readonly string[]): Promise<Contact[]> {
    await until(async () => {
      for (const { report } of await contacts()) expect(report).not.toBeNull();
    }, END_MS_MAX);
    const ended = await contacts();
    expect(ended.map(({ id }) => id).toSorted()).toEqual([...ids].toSorted());
    for (const { id, state, report } of ended) {
      expect(report, id).toMatchObject({ state, closed: true });
      expect(await samplesIn(id)).toBe(report!.samples_stored);
      expect(sums(report!).datagrams).toBe(report!.datagrams.received);
      expect(sums(report!).numbers).toBe(report!.numbers.expected);
    }
    return ended;
  }

  it('share contacts; those of a dead one go on elsewhere, with the gap named', async () => {
    const ids = await stream();
    const shares = await Promise.all(ingestors.map(receptionsOf));
    for (const share of shares) expect(share.length).toBeGreaterThan(0);

    const [dead, ...alive] = ingestors;
    await dead!.end('SIGKILL');
    await until(async () => {
      const open = (await Promise.all(alive.map(receptionsOf))).flat();
      expect(idsOf(open).toSorted()).toEqual([...ids].toSorted());
      for (const { contact_id, datagrams } of open) {
        const before = shares[0]!.find((lost) => lost.contact_id === contact_id);
        if (before) expect(datagrams.good).toBeGreaterThan(before.datagrams.good + 5);
      }
    }, START_MS_MAX);

    const ended = await expectAllAccountedFor(ids);
    for (const { state } of ended) expect(state).toBe('completed');
    for (const { report } of ended.filter(({ id }) => idsOf(shares[0]!).includes(id))) {
      const { missing_ranges, missing_by_cause } = report!.numbers;
      const named =
        missing_by_cause?.restart ?? missing_ranges.filter((r) => r.cause === 'restart');
      expect(named, JSON.stringify(report!.numbers)).not.toEqual(0);
      expect(named).not.toEqual([]);
    }
  });

  it('leave a frozen one without its contacts, and it does no harm when it is back', async () => {
    const ids = await stream();
    const [frozen, ...alive] = ingestors;
    const share = idsOf(await receptionsOf(frozen!));
    frozen!.freeze();
    await until(async () => {
      const open = (await Promise.all(alive.map(receptionsOf))).flat();
      expect(idsOf(open)).toEqual(expect.arrayContaining(share));
    }, START_MS_MAX);
    frozen!.thaw();
    await until(async () => {
      for (const id of idsOf(await receptionsOf(frozen!))) expect(share).not.toContain(id);
    }, START_MS_MAX);

    const ended = await expectAllAccountedFor(ids);
    for (const { state } of ended) expect(state).toBe('completed');
  });

  it('hear of a stop that another one of them took', async () => {
    const ids = await stream();
    for (const id of ids)
      await fetch(new URL(`/scheduler/${id}`, scheduler.ownUrl), { method: 'DELETE' });

    const ended = await expectAllAccountedFor(ids);
    for (const { state } of ended) expect(state).toBe('stopped');
  });

  it('hand over when one is stopped in order', async () => {
    const ids = await stream();
    const [leaving, ...staying] = ingestors;
    expect(await leaving!.end('SIGTERM')).toBe(0);
    await until(async () => {
      const open = (await Promise.all(staying.map(receptionsOf))).flat();
      expect(idsOf(open).toSorted()).toEqual([...ids].toSorted());
    }, START_MS_MAX);

    const ended = await expectAllAccountedFor(ids);
    for (const { state } of ended) expect(state).toBe('completed');
  });
});

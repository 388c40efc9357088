import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
/** None ends by itself: the tests stop them, however slow the machine is. */
const SECONDS = 3_600;
const WAIT_MS_MAX = 50_000;

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
  let ship: PerigeeProcess;
  let scheduler: PerigeeProcess;
  let ingestors: PerigeeProcess[];
  const processes: PerigeeProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'perigee-ingestors-'));
    [broker, database] = await Promise.all([aBroker(), testDatabase()]);
    source = new DataSource(dataSourceOptions(database.url, 'ingestor'));
    await source.initialize();
    [ship, scheduler] = await Promise.all([start('spaceship'), start('scheduler')]);
    ingestors = await Promise.all([1, 2, 3].map(startIngestor));
  });

  afterEach(() => source.query('TRUNCATE contacts, receptions, reports, blocks CASCADE'));

  afterAll(async () => {
    await Promise.all(processes.map((each) => each.end('SIGKILL')));
    await source.destroy();
    await database.drop();
    await broker.remove();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(app: string, settings: NodeJS.ProcessEnv = {}): Promise<PerigeeProcess> {
    const services = { RABBITMQ_URL: broker.url, DATABASE_URL: database.url };
    const env = { ...anyPorts(folder), ...services, LOG_FILE: '', ...settings };
    const started = await PerigeeProcess.start(env, app);
    processes.push(started);
    return started;
  }

  const startIngestor = (nr: number): Promise<PerigeeProcess> =>
    start('ingestor', {
      INGESTOR_ID: `ingestor ${nr}`,
      INGESTOR_PORT_POOL: `43${nr}00-43${nr}49`,
      SPACESHIP_URL: ship.ownUrl,
    });

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
    }, WAIT_MS_MAX);
    return ids;
  }

  const idsOf = (open: readonly Listed[]): string[] => open.map(({ contact_id }) => contact_id);

  async function samplesIn(id: string): Promise<number> {
    const rows = (await source.query(
      'SELECT coalesce(sum(samples), 0) AS count FROM blocks WHERE contact_id = $1',
      [id],
    )) as { count: string }[];
    return Number(rows[0]!.count);
  }

  /** Each ends once, with an account that closes and agrees with what is stored. */
  async function stopAll(ids: readonly string[]): Promise<Contact[]> {
    for (const id of ids)
      await fetch(new URL(`/scheduler/${id}`, scheduler.ownUrl), { method: 'DELETE' });
    await until(async () => {
      for (const { report } of await contacts()) expect(report).not.toBeNull();
    }, WAIT_MS_MAX);
    let ended: Contact[] = [];
    // What a frozen one had taken is stored, and told of, when it is back: the two agree in the end.
    await until(async () => {
      ended = await contacts();
      expect(ended.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      for (const { id, state, report } of ended) {
        expect(state).toBe('stopped');
        expect(report).toMatchObject({ state, closed: true });
        expect(await samplesIn(id)).toBe(report!.samples_stored);
        expect(sums(report!).datagrams).toBe(report!.datagrams.received);
        expect(sums(report!).numbers).toBe(report!.numbers.expected);
      }
    }, WAIT_MS_MAX);
    return ended;
  }

  /** Datagrams of a contact that were sent while nobody listened. */
  const missed = ({ report }: Contact): number =>
    report!.numbers.missing_by_cause?.restart ??
    report!.numbers.missing_ranges
      .filter(({ cause }) => cause === 'restart')
      .reduce((sum, { from, to }) => sum + to - from + 1, 0);

  it('share contacts, and hear of a stop that another one of them took', async () => {
    const ids = await stream();
    for (const share of await Promise.all(ingestors.map(receptionsOf)))
      expect(share.length).toBeGreaterThan(0);

    for (const ended of await stopAll(ids)) expect(missed(ended)).toBe(0);
  });

  it('go on with the contacts of a dead one, and name the gap', async () => {
    const ids = await stream();
    const [dead, ...alive] = ingestors;
    const lost = await receptionsOf(dead!);
    await dead!.end('SIGKILL');
    await until(async () => {
      const open = (await Promise.all(alive.map(receptionsOf))).flat();
      expect(idsOf(open).toSorted()).toEqual(ids.toSorted());
      for (const { contact_id, datagrams } of lost) {
        const after = open.find((taken) => taken.contact_id === contact_id);
        expect(after!.datagrams.good).toBeGreaterThan(datagrams.good + 5);
      }
    }, WAIT_MS_MAX);

    const gaps = (await stopAll(ids)).filter((ended) => missed(ended) > 0);
    expect(gaps.map(({ id }) => id).toSorted()).toEqual(idsOf(lost).toSorted());
    ingestors[0] = await startIngestor(1);
  });

  it('take the contacts of a frozen one, which does no harm when it is back', async () => {
    const ids = await stream();
    const [frozen, ...alive] = ingestors;
    const share = idsOf(await receptionsOf(frozen!));
    frozen!.freeze();
    await until(async () => {
      const open = (await Promise.all(alive.map(receptionsOf))).flat();
      expect(idsOf(open)).toEqual(expect.arrayContaining(share));
    }, WAIT_MS_MAX);
    frozen!.thaw();
    await until(async () => {
      const open = (await Promise.all(ingestors.map(receptionsOf))).flat();
      expect(idsOf(open).toSorted()).toEqual(ids.toSorted());
    }, WAIT_MS_MAX);

    await stopAll(ids);
  });

  it('take over at once from one that is stopped in order', async () => {
    const ids = await stream();
    const [leaving, ...staying] = ingestors;
    expect(await leaving!.end('SIGTERM')).toBe(0);
    await until(async () => {
      const open = (await Promise.all(staying.map(receptionsOf))).flat();
      expect(idsOf(open).toSorted()).toEqual(ids.toSorted());
    }, WAIT_MS_MAX);

    await stopAll(ids);
  });
});

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { poll } from '#common/embedded';
import { migrate } from '#common/persistence';
import type { BenchContext } from '../context.js';
import { type RunningProgram, startProgram } from '../programs.js';
import type { Handed, SchedulerAnswer, SchedulerGreeting } from './scheduler-load.js';

const QUERY_MS_MAX = 600_000;
const ANSWER_MS_MAX = 10_000;
/** Contacts are booked so long ahead that they are known, claimed and quiet before the first is due. */
const LEAD_SECONDS = 8;
/** After the last was due: whatever has not come by then does not come. */
const SPARE_MS = 60_000;
const ASK_EVERY_MS = 200;
const PENDING_TOGETHER = 100_000;
/** As long as a run may take with all that waits, and more. */
const DURATION_SECONDS = 3_600;

/** One contact, in milliseconds after its start time. */
export interface Start {
  /** As its row says, which is written before the commit. */
  readonly written: number;
  /** When its command had come through the outbox and the bus, as the listener's clock says. */
  readonly handed: number;
}

/** A scheduler process on a database of its own, with the bench's Redis. */
export class SchedulerUnderLoad {
  private constructor(
    private readonly database: pg.Client,
    private readonly program: RunningProgram,
    private readonly signal: AbortSignal,
  ) {}

  static async with<T>(
    pendingCount: number,
    context: BenchContext,
    work: (scheduler: SchedulerUnderLoad) => Promise<T>,
  ): Promise<T> {
    const url = new URL(await context.servers.urlOf('postgresql'));
    const admin = await connect(url);
    const name = `bench_${randomUUID().slice(0, 8)}`;
    await admin.query(`CREATE DATABASE ${name}`);
    url.pathname = name;
    try {
      await migrate(url.href);
      const database = await connect(url);
      try {
        await fillPending(database, pendingCount, context);
        return await SchedulerUnderLoad.#run(database, url.href, context, work);
      } finally {
        await database.end();
      }
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    }
  }

  static async #run<T>(
    database: pg.Client,
    databaseUrl: string,
    { servers, signal }: BenchContext,
    work: (scheduler: SchedulerUnderLoad) => Promise<T>,
  ): Promise<T> {
    const redisUrl = await servers.urlOf('redis');
    const program = await startProgram('starts/scheduler', { databaseUrl, redisUrl });
    try {
      return await work(new SchedulerUnderLoad(database, program, signal));
    } finally {
      await program.stop();
    }
  }

  get pid(): number {
    return this.#greeting.pid;
  }

  /** Books so many, over so many seconds, and waits until all have started. */
  async start(count: number, spreadSeconds: number): Promise<Start[]> {
    const shipName = `bench ${randomUUID()}`;
    await this.#ask();
    await this.database.query(
      `INSERT INTO contacts (id, ship_name, start_time, duration, planned_end, stream)
       SELECT gen_random_uuid(), $1, at, $4::integer, at + $4::integer * interval '1 second', '{"format":"json"}'
       FROM (SELECT clock_timestamp() + $5::integer * interval '1 second' AS base) b,
            generate_series(0, $2::integer - 1) nr,
            LATERAL (SELECT date_trunc('milliseconds', base)
              + nr * ($3::float8 / $2::integer) * interval '1 second' AS at) a`,
      [shipName, count, spreadSeconds, DURATION_SECONDS, LEAD_SECONDS],
    );
    const handed = await this.#handedOver(count, (LEAD_SECONDS + spreadSeconds) * 1_000 + SPARE_MS);
    return this.#startsOf(shipName, handed);
  }

  get #greeting(): SchedulerGreeting {
    return JSON.parse(this.program.greeting) as SchedulerGreeting;
  }

  async #ask(): Promise<SchedulerAnswer> {
    const answer = await fetch(this.#greeting.url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return (await answer.json()) as SchedulerAnswer;
  }

  /** Asked for by the database, not by the scheduler: that would cost it time while it starts. */
  async #handedOver(count: number, timeoutMs: number): Promise<ReadonlyMap<string, number>> {
    const isOver = await poll(
      async () => {
        this.signal.throwIfAborted();
        // In one look: a start between two of them would be in neither.
        const { rows } = await this.database.query<{ left: boolean }>(
          `SELECT EXISTS (SELECT FROM outbox WHERE app = 'scheduler') OR EXISTS (
             SELECT FROM contacts WHERE state = 'scheduled'
             AND start_time < (SELECT clock_timestamp() + interval '1 day')) AS left`,
        );
        return rows[0]?.left === false || undefined;
      },
      timeoutMs,
      ASK_EVERY_MS,
    );
    const { handed } = await this.#ask();
    const first = new Map<string, number>();
    for (const [id, atMs] of handed as readonly Handed[]) if (!first.has(id)) first.set(id, atMs);
    if (isOver !== true || first.size !== count || handed.length !== count)
      throw new Error(`Of ${count} starts ${first.size} came, ${handed.length} with repetitions`);
    return first;
  }

  async #startsOf(shipName: string, handed: ReadonlyMap<string, number>): Promise<Start[]> {
    const { rows } = await this.database.query<{ id: string; due: number; late: number }>(
      `SELECT id, (extract(epoch FROM start_time) * 1000)::float8 AS due,
         (extract(epoch FROM started_at - start_time) * 1000)::float8 AS late
       FROM contacts WHERE ship_name = $1`,
      [shipName],
    );
    return rows.map(({ id, due, late }) => ({
      written: late,
      handed: (handed.get(id) ?? Number.NaN) - due,
    }));
  }
}

async function connect(url: URL): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url.href, query_timeout: QUERY_MS_MAX });
  await client.connect();
  return client;
}

async function fillPending(
  database: pg.Client,
  count: number,
  { signal, onProgress }: BenchContext,
): Promise<void> {
  if (count === 0) return;
  onProgress(`starts: booking ${count} that wait`);
  for (let from = 0; from < count; from += PENDING_TOGETHER) {
    signal.throwIfAborted();
    await database.query(
      `INSERT INTO contacts (id, ship_name, start_time, duration, planned_end, stream)
       SELECT gen_random_uuid(), 'waiting', at, 60, at + interval '1 minute', '{"format":"json"}'
       FROM generate_series($1::integer, $2::integer) nr,
            LATERAL (SELECT clock_timestamp() + interval '30 days' + nr * interval '1 s' AS at) a`,
      [from, Math.min(count, from + PENDING_TOGETHER) - 1],
    );
  }
  await database.query('VACUUM (ANALYZE) contacts');
}

import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { ContactReport } from '#common/contracts';
import { poll, settlesWithin } from '#common/embedded';
import { findFreePorts } from '../../services/ports.js';
import { type Answer, call } from '../../storm/http-call.js';
import type { BenchContext } from '../context.js';
import type { BatterySender, SendOutcome } from './battery-sender.js';
import { cpuSecondsOf } from './cpu.js';
import type { NativeRun } from './native-programs.js';
import { type OwnProcess, startOwn } from './own-process.js';
import { type Flight, ShipStandIn } from './ship.stand-in.js';

const ANSWER_MS_MAX = 10_000;
/** Ahead of its start, a contact is booked. */
const LEAD_MS = 400;
const START_MS_MAX = 30_000;
/** Contacts are ended when all is sent; this is in case they are not. */
const SPARE_SECONDS = 300;
const REPORT_MS_MAX = 120_000;
const ASK_EVERY_MS = 20;
const QUERY_MS_MAX = 60_000;

/** Which receiver the ingestor shall have; null: the one it chooses. */
export type Receiver = 'plain' | 'native' | null;

/** A contact from the first datagram to its report. */
export interface Played extends SendOutcome {
  readonly shipName: string;
  readonly report: ContactReport;
  /** When its ship was asked for its stream, as `performance.now()` counts. */
  readonly startedAtMs: number;
  /** From the last datagram to the report. */
  readonly endSeconds: number;
  readonly cpuSeconds: number | null;
}

/** A contact whose ship is sending. */
export interface Contact {
  readonly id: string;
  readonly shipName: string;
  readonly run: NativeRun<SendOutcome>;
}

/** All apps as one process of their own on a database of their own, and the ship that they ask. */
export class Ground {
  private constructor(
    readonly app: OwnProcess,
    readonly ingestorUrl: string,
    private readonly schedulerUrl: string,
    private readonly ship: ShipStandIn,
    private readonly postgresqlPid: number,
    private readonly signal: AbortSignal,
  ) {}

  /** For as long as the work with it takes. */
  static async with<T>(
    receiver: Receiver,
    sender: BatterySender,
    context: BenchContext,
    work: (ground: Ground) => Promise<T>,
  ): Promise<T> {
    const database = `bench_${randomUUID().slice(0, 8)}`;
    await execute(context, `CREATE DATABASE ${database}`);
    const ship = await ShipStandIn.start(sender);
    try {
      const ground = await Ground.#start({ receiver, database, ship }, context);
      try {
        const result = await work(ground);
        if (!(await ground.app.isRunning())) throw new Error('The apps have ended by themselves');
        return result;
      } finally {
        await ground.app.stop();
      }
    } finally {
      await ship.close();
      await execute(context, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    }
  }

  static async #start(
    { receiver, database, ship }: { receiver: Receiver; database: string; ship: ShipStandIn },
    { folder, servers, signal }: BenchContext,
  ): Promise<Ground> {
    const home = join(folder, database);
    await mkdir(home, { recursive: true });
    const [scheduler, spaceship, ingestor, monitor, udp] = await findFreePorts(5);
    const databaseUrl = new URL(await servers.urlOf('postgresql'));
    databaseUrl.pathname = database;
    const env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl.href,
      DATA_FOLDER: home,
      LOG_FILE: join(home, 'perigee.log'),
      SPACESHIP_URL: ship.url,
      SCHEDULER_PORT: String(scheduler),
      SPACESHIP_PORT: String(spaceship),
      INGESTOR_PORT: String(ingestor),
      ROCKET_MONITOR_PORT: String(monitor),
      INGESTOR_UDP_PORT: String(udp),
      ...(receiver !== null && { INGESTOR_UDP_RECEIVER: receiver }),
    };
    const args = ['--enable-source-maps', 'dist/apps/all/src/main.js'];
    const logFile = join(home, 'perigee.out');
    const url = (port: number | undefined): string => `http://127.0.0.1:${port}`;
    const app = await startOwn(
      'The ground segment',
      { file: process.execPath, args, env, folder: process.cwd(), logFile },
      async () => (await ask('GET', `${url(scheduler)}/health/live`)).status === 200,
    );
    const pid = await servers.pidOf('postgresql');
    return new Ground(app, url(ingestor), url(scheduler), ship, pid, signal);
  }

  /** The receiver that the health names; null where it names none. */
  async receiver(): Promise<string | null> {
    const { body } = await ask('GET', `${this.ingestorUrl}/health/ready`);
    const { details } = body as { details?: { udp?: { receiver?: unknown } } };
    const receiver = details?.udp?.receiver;
    return typeof receiver === 'string' ? receiver : null;
  }

  /** A contact that ends when its ship has sent all; without a name, of a ship of its own. */
  async play(flight: Flight, shipName = newShipName()): Promise<Played> {
    const { contact, cpuBefore } = await this.#open(flight, shipName);
    const startedAtMs = performance.now();
    const outcome = await contact.run.outcome;
    const endedAt = performance.now();
    const report = await this.end(contact);
    const endSeconds = (performance.now() - endedAt) / 1_000;
    const cpuAfter = await this.#cpuSeconds();
    const cpuSeconds = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    return { ...outcome, shipName, startedAtMs, report, endSeconds, cpuSeconds };
  }

  /** Books a contact, and waits until its ship sends. */
  async begin(flight: Flight): Promise<Contact> {
    return (await this.#open(flight, newShipName())).contact;
  }

  /** Until the ship has a sample that can be asked for. */
  async waitForSample(shipName: string): Promise<void> {
    const url = `${this.ingestorUrl}/ships/${encodeURIComponent(shipName)}/latest`;
    const isThere = await poll(
      async () => (await ask('GET', url)).status === 200 || undefined,
      START_MS_MAX,
    );
    if (isThere === undefined) throw new Error('A ship that sends has no last value');
  }

  /** Ends the contact, and waits for its report. */
  async end({ id }: Contact): Promise<ContactReport> {
    await ask('DELETE', `${this.schedulerUrl}/scheduler/${id}`);
    const report = await poll(
      async () => {
        this.signal.throwIfAborted();
        const { status, body } = await ask('GET', `${this.ingestorUrl}/contacts/${id}/report`);
        return status === 200 ? (body as ContactReport) : undefined;
      },
      REPORT_MS_MAX,
      ASK_EVERY_MS,
    );
    if (report) return report;
    throw new Error(`A contact has no report ${REPORT_MS_MAX / 1_000} s after its end`);
  }

  async #open(
    flight: Flight,
    shipName: string,
  ): Promise<{ contact: Contact; cpuBefore: number | null }> {
    this.signal.throwIfAborted();
    const started = this.ship.plan(shipName, flight);
    const cpuBefore = await this.#cpuSeconds();
    const { status, body } = await ask('POST', `${this.schedulerUrl}/scheduler/`, {
      ship_name: shipName,
      start_time: new Date(Date.now() + LEAD_MS).toISOString(),
      duration: Math.ceil(flight.rate > 0 ? flight.count / flight.rate : 0) + SPARE_SECONDS,
      stream: { format: 'ccsds' },
    });
    if (status !== 201) throw new Error(`A contact was answered with ${status}`);
    if (!(await settlesWithin(started, START_MS_MAX)))
      throw new Error('The ship was never asked for its stream');
    const { id } = body as { id: string };
    return { contact: { id, shipName, run: await started }, cpuBefore };
  }

  #cpuSeconds(): Promise<number | null> {
    return cpuSecondsOf([this.app.pid, this.postgresqlPid]);
  }
}

const newShipName = (): string => `bench ${randomUUID()}`;

async function ask(
  method: string,
  url: string,
  body?: object,
): Promise<Pick<Extract<Answer, { kind: 'answer' }>, 'status' | 'body'>> {
  const answer = await call(method, url, ANSWER_MS_MAX, body);
  return answer.kind === 'answer' ? answer : { status: 0, body: {} };
}

async function execute({ servers }: BenchContext, sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: await servers.urlOf('postgresql'),
    query_timeout: QUERY_MS_MAX,
  });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

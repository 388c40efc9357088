import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { findFreePorts } from '../../services/ports.js';
import { call } from '../../storm/http-call.js';
import type { BenchContext } from '../context.js';
import { type OwnProcess, startOwn } from './own-process.js';

const ANSWER_MS_MAX = 5_000;
const QUERY_MS_MAX = 60_000;
const PROGRAM = 'dist/apps/all/src/main.js';

/** Which receiver the ingestor shall have; null: the one it chooses. */
export type Receiver = 'plain' | 'native' | null;

/** All apps as one process of their own, on a database of their own. */
export interface GroundApps {
  readonly process: OwnProcess;
  readonly ingestorUrl: string;
  readonly schedulerUrl: string;
  readonly logFile: string;
  readonly postgresqlPid: number;
  close(): Promise<void>;
}

export async function startGroundApps(
  receiver: Receiver,
  shipUrl: string,
  context: BenchContext,
): Promise<GroundApps> {
  const { servers } = context;
  const database = `bench_${randomUUID().slice(0, 8)}`;
  await execute(context, `CREATE DATABASE ${database}`);
  const dropDatabase = (): Promise<void> =>
    execute(context, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  try {
    const started = await start({ receiver, shipUrl, database }, context);
    const close = async (): Promise<void> => {
      await started.process.stop();
      await dropDatabase();
    };
    return { ...started, postgresqlPid: await servers.pidOf('postgresql'), close };
  } catch (fault) {
    await dropDatabase();
    throw fault;
  }
}

interface Start {
  readonly receiver: Receiver;
  readonly shipUrl: string;
  readonly database: string;
}

async function start(
  { receiver, shipUrl, database }: Start,
  { folder, servers }: BenchContext,
): Promise<Omit<GroundApps, 'postgresqlPid' | 'close'>> {
  const home = join(folder, database);
  await mkdir(home, { recursive: true });
  const [scheduler = 0, spaceship, ingestor = 0, monitor, udp] = await findFreePorts(5);
  const databaseUrl = new URL(await servers.urlOf('postgresql'));
  databaseUrl.pathname = database;
  const appLogFile = join(home, 'perigee.log');
  const env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: databaseUrl.href,
    DATA_FOLDER: home,
    LOG_FILE: appLogFile,
    SPACESHIP_URL: shipUrl,
    SCHEDULER_PORT: String(scheduler),
    SPACESHIP_PORT: String(spaceship),
    INGESTOR_PORT: String(ingestor),
    ROCKET_MONITOR_PORT: String(monitor),
    INGESTOR_UDP_PORT: String(udp),
    ...(receiver !== null && { INGESTOR_UDP_RECEIVER: receiver }),
  };
  const args = ['--enable-source-maps', PROGRAM];
  const logFile = join(home, 'perigee.out');
  const schedulerUrl = urlOf(scheduler);
  const own = await startOwn(
    'The ground segment',
    { file: process.execPath, args, env, folder: process.cwd(), logFile },
    () => isAlive(schedulerUrl),
  );
  return { process: own, ingestorUrl: urlOf(ingestor), schedulerUrl, logFile: appLogFile };
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

async function isAlive(url: string): Promise<boolean> {
  const answer = await call('GET', `${url}/health/live`, ANSWER_MS_MAX);
  return answer.kind === 'answer' && answer.status === 200;
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

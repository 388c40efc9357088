import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ignoring, makeFolder, poll, stopLeftBehindPostgres } from '#common/embedded';
import { readLogTail } from './log-tail.js';
import { startPostgresql } from './postgresql.js';
import { isRunning, launch } from './process.js';
import { endRunning, writeRunning } from './running.js';
import type { Service } from './service.js';

/**
 * The embedded PostgreSQL belongs to a Node process: that one restarts it after a crash and takes it
 * along when it ends. So that it can stay behind, a process of its own keeps it: `services.js keep`.
 */
const ENTRY = resolve(import.meta.dirname, '../services.js');
/** A first start makes the cluster; one after a crash replays a log. */
const READY_MS_MAX = 120_000;
/** PostgreSQL gets 15 s of it before the end is forced. */
export const KEEPER_STOP_MS_MAX = 25_000;

interface Kept {
  readonly keeperPid: number;
  /** Empty until the server answers. */
  readonly url: string;
}

/** The keeper itself: from its start to SIGTERM. */
export async function keepPostgresql(folder: string): Promise<void> {
  const log = (line: string): void => console.log(line);
  const onFatal = (fault: Error): void => {
    log(fault.message);
    process.exit(1);
  };
  let isAsked = false;
  let wake = (): void => undefined;
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => {
      isAsked = true;
      wake();
    });
  await writeKept(folder, '');
  const postgres = await startPostgresql({ folder, log, onFatal });
  await writeKept(folder, postgres.url);
  // Nothing else would keep Node awake: the server is a process without a pipe that must be read.
  const awake = setInterval(() => undefined, 60_000);
  await new Promise<void>((done) => {
    wake = done;
    if (isAsked) done();
  });
  clearInterval(awake);
  await postgres.stop();
  await rm(fileIn(folder), { force: true });
}

/** Starts a keeper, which stays behind, and waits until its server answers. */
export async function startKeptPostgresql(folder: string): Promise<Service> {
  await stopKeptPostgresql(folder);
  await makeFolder(folder);
  await rm(fileIn(folder), { force: true });
  const logFile = join(folder, 'keeper.log');
  const args = ['--enable-source-maps', ENTRY, 'keep', '--folder', folder];
  const env = { PATH: process.env['PATH'] };
  const mark = await launch({ file: process.execPath, args, env, folder, logFile });
  await writeRunning(folder, { url: '', processes: [mark] });
  const kept = await poll(async () => {
    if (!(await isRunning(mark))) return false;
    const found = await readKept(folder);
    return found?.keeperPid === mark.pid && found.url !== '' ? found : undefined;
  }, READY_MS_MAX);
  if (!kept) {
    await stopKeptPostgresql(folder);
    throw new Error(`PostgreSQL does not start.\n${await readLogTail([logFile])}`);
  }
  await writeRunning(folder, { url: kept.url, processes: [mark] });
  return {
    name: 'postgresql',
    url: kept.url,
    pid: mark.pid,
    stop: () => stopKeptPostgresql(folder).then(() => undefined),
    kill: (signal) => Promise.resolve(void process.kill(mark.pid, signal)),
    restart: () => startKeptPostgresql(folder).then(() => undefined),
  };
}

/** The keeper takes its server along; a server whose keeper was killed is found by its folder. */
export async function stopKeptPostgresql(folder: string): Promise<boolean> {
  const wasAlive = await endRunning(folder, KEEPER_STOP_MS_MAX);
  const kept = await readKept(folder);
  if (!kept) return wasAlive;
  await stopLeftBehindPostgres(folder);
  await rm(fileIn(folder), { force: true });
  return true;
}

function writeKept(folder: string, url: string): Promise<void> {
  const kept: Kept = { keeperPid: process.pid, url };
  return writeFile(fileIn(folder), JSON.stringify(kept), { mode: 0o600 });
}

async function readKept(folder: string): Promise<Kept | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'));
  return text ? (JSON.parse(text) as Kept) : undefined;
}

function fileIn(folder: string): string {
  return join(folder, 'kept.json');
}

import { resolve } from 'node:path';
import { findBinaries } from './binaries.js';
import { dataFolderIn, ensureCluster, SUPERUSER } from './cluster.js';
import { stopOrphan } from './orphan.js';
import { claimOwnership, type Ownership } from './owner.js';
import { assertPortFree, findFreePort, LOOPBACK, portTaken } from './port.js';
import { prepareRunAs, type RunAs } from './run-as.js';
import { ServerStartFault, type ServerLaunch } from './server.js';
import { Supervisor, type SupervisorEvents } from './supervisor.js';

export interface EmbeddedPostgresOptions {
  /** The cluster, its password and the mark of its owner live here. */
  readonly folder: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly log?: (line: string) => void;
  /** The server keeps ending and is not started any more. Without a listener it is only logged. */
  readonly onFatal?: (fault: Error) => void;
}

export interface EmbeddedPostgres {
  /** Holds the password: not for logs. Stays the same when the server is started again. */
  readonly url: string;
  /** Of the server that runs now; another one after each restart. */
  pid(): number;
  /** May be called twice. Rows stay. */
  stop(): Promise<void>;
}

const FREE_PORT_ATTEMPTS_MAX = 5;

/**
 * Runs a real PostgreSQL from the binaries that npm has installed, for as long as this process wants
 * it: by root or anyone else, after any crash of this process or of the server, with all rows kept.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const log = options.log ?? ((): void => undefined);
  const onFatal = options.onFatal ?? ((fault: Error): void => log(fault.message));
  const runAs = await prepareRunAs(findBinaries(), resolve(options.folder), log);
  const ownership = await claimOwnership(runAs.home);
  try {
    return await startOwned(runAs, ownership, options.port, { log, onFatal });
  } catch (fault) {
    await ownership.release();
    throw fault;
  }
}

/**
 * Stops the server that a killed owner of this folder has left behind; a fault when the folder has a
 * living owner. For whoever is to clean up and not to go on.
 */
export async function stopLeftBehindPostgres(
  folder: string,
  log: (line: string) => void = () => undefined,
): Promise<void> {
  const runAs = await prepareRunAs(findBinaries(), resolve(folder), log);
  const ownership = await claimOwnership(runAs.home);
  try {
    await stopOrphan(dataFolderIn(runAs.home), log);
  } finally {
    await ownership.release();
  }
}

async function startOwned(
  runAs: RunAs,
  ownership: Ownership,
  wantedPort: number,
  events: SupervisorEvents,
): Promise<EmbeddedPostgres> {
  await runAs.give(runAs.home);
  const stalePid = await stopOrphan(dataFolderIn(runAs.home), events.log);
  if (wantedPort !== 0) await assertPortFree(wantedPort);
  const { dataFolder, password } = await ensureCluster(runAs, events.log);
  const [supervisor, port] = await startOnPort(wantedPort, (candidate) =>
    Supervisor.start(
      { runAs, dataFolder, stalePid, port: candidate } satisfies ServerLaunch,
      events,
    ),
  );

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await ownership.release();
  };
  return {
    url: `postgres://${SUPERUSER}:${password}@${LOOPBACK}:${port}/postgres`,
    pid: () => supervisor.pid,
    stop: () => (stopping ??= stop()),
  };
}

/** Between finding a free port and listening on it another program may take it. */
async function startOnPort<T>(
  wantedPort: number,
  start: (port: number) => Promise<T>,
): Promise<[T, number]> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wantedPort === 0 ? await findFreePort() : wantedPort;
    try {
      return [await start(port), port];
    } catch (fault) {
      if (!(fault instanceof ServerStartFault) || fault.reason !== 'port-taken') throw fault;
      if (wantedPort !== 0) throw portTaken(port);
      if (attempt === FREE_PORT_ATTEMPTS_MAX) throw fault;
    }
  }
}

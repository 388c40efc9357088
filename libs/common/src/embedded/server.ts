import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { serverEnvironment } from './command.js';
import { poll, settlesWithin } from './deadline.js';
import { LogTail } from './log-tail.js';
import { LOOPBACK } from './port.js';
import { readPostmasterPid } from './postmaster-pid.js';
import type { RunAs } from './run-as.js';
import { SERVER_MEMORY, SERVER_SETTINGS } from './server-settings.js';

export interface ServerLaunch {
  readonly runAs: RunAs;
  readonly dataFolder: string;
  readonly port: number;
  /** A pid in `postmaster.pid` that is known to be no server of this folder. */
  readonly stalePid: number | undefined;
}

export type StartFaultReason = 'port-taken' | 'folder-in-use' | 'other';

export class ServerStartFault extends Error {
  constructor(
    readonly reason: StartFaultReason,
    log: string,
  ) {
    super(`PostgreSQL did not start. The end of its log:\n${log || '(nothing)'}`);
  }
}

type ServerProcess = ChildProcessByStdio<null, null, Readable>;

/** Long, because a server that was killed first replays its log; `max_wal_size` bounds that. */
const READY_MS = 60_000;
const FAST_SHUTDOWN_MS = 10_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const LAST_WORDS_MS = 500;

/** One life of the server process, from its start to its end. */
export class PostgresServer {
  /** Why it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
  readonly #process: ServerProcess;
  readonly #log = new LogTail();
  readonly #spawnedAt = Date.now();
  #hasEnded = false;

  private constructor(child: ServerProcess) {
    this.#process = child;
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => this.#log.add(chunk));
    this.ended = this.#watchEnd();
  }

  /** Resolves when the server takes connections. */
  static async start(launch: ServerLaunch, signal: AbortSignal): Promise<PostgresServer> {
    signal.throwIfAborted();
    const server = new PostgresServer(spawnServer(launch));
    const isReady = await poll(() => server.#isReady(launch.dataFolder, signal), READY_MS);
    if (isReady) return server;
    await server.stop();
    throw server.#startFault();
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get log(): string {
    return this.#log.toString();
  }

  /** Fast shutdown; past the deadline an immediate one, which costs a replay of the log at next start. */
  async stop(): Promise<void> {
    const steps: readonly [NodeJS.Signals, number][] = [
      ['SIGINT', FAST_SHUTDOWN_MS],
      ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
      ['SIGKILL', IMMEDIATE_SHUTDOWN_MS],
    ];
    for (const [signal, deadlineMs] of steps) {
      if (this.#hasEnded) break;
      this.#process.kill(signal);
      await settlesWithin(this.ended, deadlineMs);
    }
    if (!this.#hasEnded) throw new Error(`PostgreSQL, pid ${this.pid}, does not stop.`);
    await this.ended;
  }

  /** Undefined while it is still starting. */
  async #isReady(dataFolder: string, signal: AbortSignal): Promise<boolean | undefined> {
    if (this.#hasEnded || signal.aborted) return false;
    const file = await readPostmasterPid(dataFolder);
    // The start is compared because an older server's file may by chance hold the same pid.
    const isOurs = file?.pid === this.pid && file.startedAt.getTime() > this.#spawnedAt - 2_000;
    return (isOurs && file.isReady) || undefined;
  }

  #startFault(): ServerStartFault {
    const log = this.log;
    if (/could not bind|could not create any TCP\/IP sockets/.test(log)) {
      return new ServerStartFault('port-taken', log);
    }
    // The children of a killed server, or its zombie, are gone in a moment.
    const isInUse = /lock file "postmaster.pid" already exists|shared memory block/.test(log);
    return new ServerStartFault(isInUse ? 'folder-in-use' : 'other', log);
  }

  async #watchEnd(): Promise<string> {
    // A Node process that ends without stop(), by a fault say, takes its server with it.
    const stopWithNode = (): void => void this.#process.kill('SIGINT');
    process.once('exit', stopWithNode);
    const closed = new Promise((done) => this.#process.once('close', done));
    const how = await this.#processEnd();
    this.#hasEnded = true;
    process.off('exit', stopWithNode);
    // What it said last may still be on its way; its children may keep the pipe open.
    await settlesWithin(closed, LAST_WORDS_MS);
    this.#process.stderr.destroy();
    return how;
  }

  #processEnd(): Promise<string> {
    return new Promise((done) => {
      this.#process.once('exit', (code, signal) => done(signal ?? `code ${code}`));
      this.#process.once('error', (fault) => {
        this.#log.add(`${fault.message}\n`);
        // Without a pid it never ran, and no 'exit' follows.
        if (this.#process.pid === undefined) done(fault.message);
      });
    });
  }
}

function spawnServer({ runAs, dataFolder, port, stalePid }: ServerLaunch): ServerProcess {
  const settings = Object.entries({ ...SERVER_SETTINGS, listen_addresses: LOOPBACK });
  const { file, args, ...identity } = runAs.command('postgres', [
    '-D',
    dataFolder,
    '-p',
    String(port),
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  return spawn(file, [...args], {
    ...identity,
    cwd: '/',
    // Ctrl-C in a terminal signals its whole group: the apps must still have a database to drain into.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...serverEnvironment(),
      ...SERVER_MEMORY,
      // PostgreSQL takes a lock file with this pid for stale; without it, a reused pid blocks the start.
      ...(stalePid !== undefined && { PG_GRANDPARENT_PID: String(stalePid) }),
    },
  });
}

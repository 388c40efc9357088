import { setTimeout as wait } from 'node:timers/promises';
import { poll } from './deadline.js';
import { PostgresServer, ServerStartFault, type ServerLaunch } from './server.js';

export interface SupervisorEvents {
  readonly log: (line: string) => void;
  readonly onFatal: (fault: Error) => void;
}

const RESTARTS_MAX = 5;
const RESTARTS_WINDOW_MS = 60_000;
const BACKOFF_FIRST_MS = 100;
/** How long the children of a killed server may take to let go of its shared memory. */
const FOLDER_FREE_MS = 15_000;
const FOLDER_ASK_EVERY_MS = 200;

/** Keeps one server running on one port until it is told to stop. */
export class Supervisor {
  readonly #stopping = new AbortController();
  readonly #restartedAt: number[] = [];
  readonly #watching: Promise<void>;

  private constructor(
    private server: PostgresServer,
    private readonly launch: ServerLaunch,
    private readonly events: SupervisorEvents,
  ) {
    this.#watching = this.#watch();
  }

  static async start(launch: ServerLaunch, events: SupervisorEvents): Promise<Supervisor> {
    const server = await startServer(launch, new AbortController().signal);
    return new Supervisor(server, launch, events);
  }

  get pid(): number {
    return this.server.pid;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.server.stop();
    await this.#watching;
    // The watcher may have been about to put a new one in its place.
    await this.server.stop();
  }

  async #watch(): Promise<void> {
    let isRunning = true;
    while (isRunning && !this.#stopping.signal.aborted) {
      const how = await this.server.ended;
      if (this.#stopping.signal.aborted) return;
      isRunning = await this.#restart(
        new Error(`PostgreSQL ended (${how}). The end of its log:\n${this.server.log}`),
      );
    }
  }

  async #restart(reason: Error): Promise<boolean> {
    let fault = reason;
    const { signal } = this.#stopping;
    while (this.#mayRestart()) {
      this.events.log(`Starting PostgreSQL again. ${fault.message.split('\n', 1).join()}`);
      try {
        await wait(BACKOFF_FIRST_MS * 2 ** (this.#restartedAt.length - 1), undefined, { signal });
        this.server = await startServer({ ...this.launch, stalePid: this.server.pid }, signal);
        return true;
      } catch (cause) {
        if (signal.aborted) return false;
        fault = cause as Error;
      }
    }
    const story = `PostgreSQL stays down after ${RESTARTS_MAX} restarts within a minute.`;
    this.events.onFatal(new Error(`${story} ${fault.message}`, { cause: fault }));
    return false;
  }

  #mayRestart(): boolean {
    const now = performance.now();
    while ((this.#restartedAt[0] ?? now) < now - RESTARTS_WINDOW_MS) this.#restartedAt.shift();
    if (this.#restartedAt.length >= RESTARTS_MAX) return false;
    this.#restartedAt.push(now);
    return true;
  }
}

/** Waits, within bounds, for the remains of a killed server; every other fault is final. */
async function startServer(launch: ServerLaunch, signal: AbortSignal): Promise<PostgresServer> {
  let last: unknown;
  const server = await poll(
    async () => {
      try {
        return await PostgresServer.start(launch, signal);
      } catch (fault) {
        if (signal.aborted || !isFolderInUse(fault)) throw fault;
        last = fault;
        return undefined;
      }
    },
    FOLDER_FREE_MS,
    FOLDER_ASK_EVERY_MS,
  );
  if (!server) throw last;
  return server;
}

function isFolderInUse(fault: unknown): boolean {
  return fault instanceof ServerStartFault && fault.reason === 'folder-in-use';
}

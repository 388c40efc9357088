import { ASK } from './ask.js';
import { stopOne } from './down.js';
import { serviceFolder, withLock } from './folders.js';
import { startKeptPostgresql } from './keeper.js';
import { areAllRunning, readRunning } from './running.js';
import { SERVICE_NAMES, type ServiceName, SERVICES } from './service.js';
import { readPassword } from './settings.js';
import { startAll } from './start.js';

export interface UpOptions {
  /** Each service has a folder of its own in it. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Only these; nothing: all. */
  readonly names?: readonly ServiceName[];
  /** For people. */
  readonly log: (line: string) => void;
}

/** The addresses of the services that were asked for. */
export type Urls = ReadonlyMap<ServiceName, string>;

/** All of them answer when it resolves, and go on when this process ends. What runs already is kept. */
export async function up(options: UpOptions): Promise<Urls> {
  const { names = SERVICE_NAMES } = options;
  return withLock(options.folder, async () => {
    const found = new Map<ServiceName, string>();
    for (const name of names) {
      const url = (await findGiven(name, options)) ?? (await findRunning(name, options));
      if (url !== undefined) found.set(name, url);
    }
    const missing = names.filter((name) => !found.has(name));
    for (const [name, url] of await start(missing, options)) found.set(name, url);
    return new Map(names.map((name) => [name, found.get(name) ?? '']));
  });
}

async function start(
  names: readonly ServiceName[],
  { folder, log }: UpOptions,
): Promise<readonly (readonly [ServiceName, string])[]> {
  if (names.length === 0) return [];
  log(`Starting ${names.map((name) => SERVICES[name].label).join(', ')} …`);
  const interrupt = stopOnInterrupt(names, folder);
  const startedAt = performance.now();
  try {
    const services = await startAll(names, {
      folderOf: (name) => serviceFolder(folder, name),
      staysBehind: true,
      startPostgresql: startKeptPostgresql,
      log,
      signal: interrupt.signal,
    });
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    log(`Ready after ${seconds} s. Data and logs: ${folder}. To stop: make services-down.`);
    return services.map(({ name, url }) => [name, url] as const);
  } finally {
    interrupt.release();
  }
}

/**
 * Ctrl-C in the middle leaves nothing running that was not running before: ending the servers ends
 * the wait for them. A second one does not wait.
 */
function stopOnInterrupt(
  names: readonly ServiceName[],
  folder: string,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const interrupt = new AbortController();
  const stop = (): void => {
    interrupt.abort(new Error('Interrupted. What was started is stopped again.'));
    void Promise.allSettled(names.map((name) => stopOne(name, folder)));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const release = (): void => void process.off('SIGINT', stop).off('SIGTERM', stop);
  return { signal: interrupt.signal, release };
}

/** An address from the environment, unless it is one that an earlier run of ours has printed. */
async function findGiven(
  name: ServiceName,
  { folder, env, log }: UpOptions,
): Promise<string | undefined> {
  const { label, variable } = SERVICES[name];
  const url = env[variable];
  if (url === undefined || url === '' || (await isOurs(url, name, folder))) return undefined;
  log(`${variable} is set: ${label} is not started.`);
  await ASK[name](url).catch((cause: unknown) => {
    const story = `${label} does not answer at the address in ${variable}: ${describe(cause)}`;
    throw new Error(`${story} Start it, or unset ${variable}.`, { cause });
  });
  return url;
}

async function isOurs(url: string, name: ServiceName, folder: string): Promise<boolean> {
  const password = await readPassword(serviceFolder(folder, name));
  return URL.canParse(url) && password !== undefined && new URL(url).password === password;
}

async function findRunning(
  name: ServiceName,
  { folder, log }: UpOptions,
): Promise<string | undefined> {
  const running = await readRunning(serviceFolder(folder, name));
  if (!running || running.url === '' || !(await areAllRunning(running))) return undefined;
  const { label } = SERVICES[name];
  return ASK[name](running.url).then(
    () => {
      log(`${label} runs already.`);
      return running.url;
    },
    () => {
      log(`${label} runs, but does not answer: it is started again.`);
      return undefined;
    },
  );
}

/** Faults of several addresses at once have no text of their own. */
function describe(fault: unknown): string {
  const [first = fault] = fault instanceof AggregateError ? (fault.errors as unknown[]) : [];
  const text = first instanceof Error ? first.message : String(first);
  return text.endsWith('.') ? text : `${text}.`;
}

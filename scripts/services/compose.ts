import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LOOPBACK } from '#common/embedded';
import { askRabbitmq, RABBITMQ_USER } from './rabbitmq.js';
import { askRedis } from './redis-question.js';
import { type Service, type ServiceName, SERVICES } from './service.js';
import { ensureSettings, type Settings } from './settings.js';

export type ComposedName = Exclude<ServiceName, 'postgresql'>;

const INFO_MS_MAX = 5_000;
/** Images may have to come from far away. */
const UP_MS_MAX = 300_000;
const UP_SECONDS_MAX = 120;
const DOWN_MS_MAX = 60_000;

const run = promisify(execFile);

/** The client alone is not enough: an engine must answer. */
export async function isComposeUsable(): Promise<boolean> {
  const answers = (args: readonly string[]): Promise<boolean> =>
    run('docker', [...args], { timeout: INFO_MS_MAX }).then(
      () => true,
      () => false,
    );
  return (await answers(['info'])) && (await answers(['compose', 'version']));
}

/** The server in a container, on a private port of this machine, with its data in a volume. */
export async function startComposed(name: ComposedName, folder: string): Promise<Service> {
  const settings = await ensureSettings(resolve(folder), 1);
  await writeFile(fileIn(folder), composeFile(name, settings), { mode: 0o600 });
  const url = composedUrl(name, settings);
  const docker = (...args: readonly string[]): Promise<unknown> => compose(folder, args, UP_MS_MAX);
  const up = async (): Promise<void> => {
    await docker('up', '--detach', '--wait', '--wait-timeout', String(UP_SECONDS_MAX));
    await (name === 'redis' ? askRedis(url) : askRabbitmq(url));
  };
  await up().catch(async (fault: unknown) => {
    await stopComposed(folder);
    const reason = `${SERVICES[name].label} does not start in a container.`;
    throw new Error(`${reason} ${(fault as Error).message}`, { cause: fault });
  });
  return {
    name,
    url,
    pid: 0,
    stop: () => stopComposed(folder).then(() => undefined),
    kill: (signal) => docker('kill', '--signal', signal).then(() => undefined),
    restart: up,
  };
}

/** Answers whether there was one. The volume stays. */
export async function stopComposed(folder: string): Promise<boolean> {
  const isThere = await access(fileIn(folder)).then(
    () => true,
    () => false,
  );
  if (!isThere || !(await isComposeUsable())) return false;
  const { stdout } = await compose(folder, ['ps', '--quiet'], DOWN_MS_MAX);
  await compose(folder, ['down'], DOWN_MS_MAX);
  return stdout.trim() !== '';
}

/** JSON is YAML, too. */
export function composeFile(name: ComposedName, { password, ports }: Settings): string {
  const [port = 0] = ports;
  const rest = {
    healthcheck: { test: HEALTH[name], interval: '1s', timeout: '10s', retries: UP_SECONDS_MAX },
    mem_limit: '1g',
  };
  const service =
    name === 'redis'
      ? {
          image: 'redis:7',
          command: ['sh', '-c', `exec redis-server ${REDIS_ARGUMENTS} --requirepass "$$PASSWORD"`],
          environment: { PASSWORD: password, REDISCLI_AUTH: password },
          ports: [`${LOOPBACK}:${port}:6379`],
          volumes: ['data:/data'],
        }
      : {
          image: 'rabbitmq:3.13',
          // Its data belongs to the name of the machine that it runs on.
          hostname: 'perigee',
          environment: { RABBITMQ_DEFAULT_USER: RABBITMQ_USER, RABBITMQ_DEFAULT_PASS: password },
          ports: [`${LOOPBACK}:${port}:5672`],
          volumes: ['data:/var/lib/rabbitmq'],
        };
  return JSON.stringify({ services: { [name]: { ...service, ...rest } }, volumes: { data: {} } });
}

const REDIS_ARGUMENTS = "--appendonly yes --save '' --maxmemory-policy noeviction";

const HEALTH: Readonly<Record<ComposedName, readonly string[]>> = {
  redis: ['CMD', 'redis-cli', 'PING'],
  rabbitmq: ['CMD', 'rabbitmq-diagnostics', '--quiet', 'check_port_connectivity'],
};

export function composedUrl(name: ComposedName, { password, ports }: Settings): string {
  const [port = 0] = ports;
  return name === 'redis'
    ? `redis://:${password}@${LOOPBACK}:${port}`
    : `amqp://${RABBITMQ_USER}:${password}@${LOOPBACK}:${port}`;
}

function compose(
  folder: string,
  args: readonly string[],
  deadlineMs: number,
): Promise<{ stdout: string }> {
  const project = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12);
  const which = ['compose', '--project-name', `perigee-${project}`, '--file', fileIn(folder)];
  return run('docker', [...which, ...args], { timeout: deadlineMs });
}

function fileIn(folder: string): string {
  return join(resolve(folder), 'compose.json');
}

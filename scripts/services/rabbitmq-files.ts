import { randomBytes } from 'node:crypto';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ignoring, LOOPBACK } from '#common/embedded';
import { findProgram, searchFolders } from './programs.js';

export interface RabbitmqPrograms {
  readonly server: string;
  readonly control: string;
  /** Erlang's table of names and ports; RabbitMQ does not start without one. */
  readonly epmd: string;
}

export interface RabbitmqPlace {
  readonly folder: string;
  readonly port: number;
  readonly epmdPort: number;
  readonly distributionPort: number;
  readonly managementPort: number;
}

const LOG_BYTES_MAX = 10 * 1024 * 1024;
const COOKIE_BYTES = 24;

/**
 * Debian puts a wrapper on the PATH that switches to the user `rabbitmq` and forgets the environment:
 * what it wraps lies in the package's own folder, and runs as anyone.
 */
export async function findRabbitmqPrograms(
  folders: readonly string[] = ['/usr/lib/rabbitmq/bin', ...searchFolders()],
): Promise<RabbitmqPrograms | undefined> {
  const server = await findProgram('rabbitmq-server', folders);
  const erlang = await findProgram('erl', folders);
  if (server === undefined || erlang === undefined) return undefined;
  if (basename(await realpath(server)) === 'rabbitmq-script-wrapper') return undefined;
  const near = [dirname(server), ...folders];
  const control = await findProgram('rabbitmqctl', near);
  const epmd = await findProgram('epmd', [dirname(await realpath(erlang)), ...folders]);
  return control && epmd ? { server, control, epmd } : undefined;
}

/** Everything that RabbitMQ would else share with another one on this machine, or with its package. */
export function rabbitmqEnvironment(place: RabbitmqPlace): NodeJS.ProcessEnv {
  const { folder, epmdPort, distributionPort } = place;
  return {
    PATH: searchFolders().join(':'),
    LANG: 'C.UTF-8',
    /** The cookie is looked for here. */
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: LOOPBACK,
    /** Else a failed start drops a large file into the folder that somebody works in. */
    ERL_CRASH_DUMP: join(folder, 'erl_crash.dump'),
    RABBITMQ_NODENAME: 'perigee@localhost',
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
    /** Makes its script become the server instead of a parent that would have to be signalled, too. */
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

export async function writeRabbitmqFiles(
  place: RabbitmqPlace,
  login: { readonly user: string; readonly password: string },
  options: {
    readonly plugins?: readonly string[];
    readonly settings?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { folder } = place;
  for (const name of ['data', 'log', 'generated'])
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  const config = { ...rabbitmqConfig(place, login), ...options.settings };
  const lines = Object.entries(config).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(folder, 'rabbitmq.conf'), lines.join(''), { mode: 0o600 });
  await writeFile(join(folder, 'advanced.config'), '[].\n', { mode: 0o600 });
  await writeFile(join(folder, 'rabbitmq-env.conf'), '', { mode: 0o600 });
  const plugins = (options.plugins ?? []).join(',');
  await writeFile(join(folder, 'enabled_plugins'), `[${plugins}].\n`, { mode: 0o600 });
  await writeCookie(folder);
}

function rabbitmqConfig(
  { port, managementPort }: RabbitmqPlace,
  { user, password }: { readonly user: string; readonly password: string },
): Record<string, string> {
  return {
    'listeners.tcp.1': `${LOOPBACK}:${port}`,
    'management.tcp.ip': LOOPBACK,
    'management.tcp.port': String(managementPort),
    // The first user takes the place of guest, which then never exists.
    default_user: user,
    default_pass: password,
    'default_user_tags.administrator': 'true',
    'log.console': 'false',
    'log.file': 'rabbitmq.log',
    'log.file.rotation.size': String(LOG_BYTES_MAX),
    'log.file.rotation.count': '2',
  };
}

/** Erlang takes it only when nobody else may read it, and it must stay as long as the data does. */
async function writeCookie(folder: string): Promise<void> {
  const cookie = randomBytes(COOKIE_BYTES).toString('hex');
  const file = join(await realpath(folder), '.erlang.cookie');
  await writeFile(file, cookie, { mode: 0o400, flag: 'wx' }).catch(ignoring('EEXIST'));
}

import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LOOPBACK } from '#common/embedded';
import { LocalService } from './local.service.js';
import { findProgram } from './programs.js';
import { askRedis } from './redis-question.js';
import type { Service } from './service.js';
import { ensureSettings } from './settings.js';

export interface RedisOptions {
  /** The append-only file, the password and the log live here. */
  readonly folder: string;
  /** 0 or nothing for the one of last time, or a free one. */
  readonly port?: number;
  readonly staysBehind?: boolean;
  /** Lines for redis.conf, such as `appendonly: 'no'` for one that forgets. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Long, because it reads its whole append-only file before it answers. */
const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;

export const findRedisProgram = (): Promise<string | undefined> => findProgram('redis-server');

/** A Redis of our own beside whatever runs on the machine: it keeps what it was told, or refuses. */
export async function startRedis(options: RedisOptions): Promise<Service> {
  const program = await findRedisProgram();
  if (program === undefined) throw new Error('Redis is not installed.');
  const folder = resolve(options.folder);
  const { password, ports } = await ensureSettings(folder, 1, options.port);
  const [port = 0] = ports;
  const configFile = join(folder, 'redis.conf');
  const config = { ...redisConfig(port, password), ...options.settings };
  const lines = Object.entries(config).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(configFile, lines.join(''), { mode: 0o600 });

  const url = `redis://:${password}@${LOOPBACK}:${port}`;
  return LocalService.start({
    name: 'redis',
    url,
    folder,
    server: {
      file: program,
      args: [configFile],
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
      folder,
      logFile: join(folder, 'server.log'),
    },
    logFiles: [join(folder, 'server.log')],
    answers: () => askRedis(url),
    readyMsMax: READY_MS_MAX,
    stopMsMax: STOP_MS_MAX,
    staysBehind: options.staysBehind ?? false,
  });
}

/** In a file, because the arguments of a program are for everybody to see. */
function redisConfig(port: number, password: string): Record<string, string> {
  return {
    bind: LOOPBACK,
    port: String(port),
    requirepass: password,
    // It is started in its folder, and a path with blanks in it would need quotes of Redis' own kind.
    dir: './',
    appendonly: 'yes',
    appendfsync: 'always',
    save: '""',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    // A restart after a kill -9 may find the last command cut off: what was answered is before it.
    'aof-load-truncated': 'yes',
  };
}

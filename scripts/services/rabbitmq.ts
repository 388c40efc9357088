import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { LOOPBACK, settlesWithin } from '#common/embedded';
import { LocalService } from './local.service.js';
import {
  findRabbitmqPrograms,
  type RabbitmqPrograms,
  rabbitmqEnvironment,
  type RabbitmqPlace,
  writeRabbitmqFiles,
} from './rabbitmq-files.js';
import type { Service } from './service.js';
import { ensureSettings } from './settings.js';

export interface RabbitmqOptions {
  /** Queues, password, cookie and logs live here. */
  readonly folder: string;
  /** 0 or nothing for the one of last time, or a free one. */
  readonly port?: number;
  readonly staysBehind?: boolean;
  /** Such as `rabbitmq_management`, which then listens on `managementPort`. */
  readonly plugins?: readonly string[];
  /** Lines for rabbitmq.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RabbitmqService extends Service {
  /** Used only with the plugin `rabbitmq_management`. */
  readonly managementPort: number;
  /** Runs `rabbitmqctl` against this very server; what it prints. Takes a second or two. */
  control(...args: readonly string[]): Promise<string>;
}

export const RABBITMQ_USER = 'perigee';

/** It takes 5 to 8 s on two cores; more when it has much to read, or the machine is busy. */
const READY_MS_MAX = 60_000;
export const STOP_MS_MAX = 20_000;
const ASK_MS_MAX = 5_000;
const CONTROL_MS_MAX = 30_000;

/**
 * A RabbitMQ of our own beside whatever runs on the machine: own node name, cookie, ports and data.
 * Its user is ours alone, and there is no guest.
 */
export async function startRabbitmq(options: RabbitmqOptions): Promise<RabbitmqService> {
  const programs = await findRabbitmqPrograms();
  if (!programs) throw new Error('RabbitMQ is not installed.');
  return startWith(programs, options);
}

/** Connects as an app would. */
export async function askRabbitmq(url: string): Promise<void> {
  const connection = await connect(url, { timeout: ASK_MS_MAX });
  // A connection may fail at any time; without a listener that would end the process.
  connection.on('error', () => undefined);
  try {
    const opening = connection.createChannel();
    if (!(await settlesWithin(opening, ASK_MS_MAX))) throw new Error('RabbitMQ opens no channel.');
    await opening;
  } finally {
    await settlesWithin(connection.close(), ASK_MS_MAX);
  }
}

async function startWith(
  programs: RabbitmqPrograms,
  options: RabbitmqOptions,
): Promise<RabbitmqService> {
  const folder = resolve(options.folder);
  const { password, ports } = await ensureSettings(folder, 4, options.port);
  const [port = 0, epmdPort = 0, distributionPort = 0, managementPort = 0] = ports;
  const place: RabbitmqPlace = { folder, port, epmdPort, distributionPort, managementPort };
  await writeRabbitmqFiles(place, { user: RABBITMQ_USER, password }, options);

  const env = rabbitmqEnvironment(place);
  const url = `amqp://${RABBITMQ_USER}:${password}@${LOOPBACK}:${port}`;
  const service = await LocalService.start({
    name: 'rabbitmq',
    url,
    folder,
    companion: {
      file: programs.epmd,
      args: ['-port', String(epmdPort), '-address', LOOPBACK],
      env,
      folder,
      logFile: join(folder, 'epmd.log'),
    },
    server: { file: programs.server, args: [], env, folder, logFile: join(folder, 'server.log') },
    logFiles: [join(folder, 'server.log'), join(folder, 'log', 'rabbitmq.log')],
    answers: () => askRabbitmq(url),
    readyMsMax: READY_MS_MAX,
    stopMsMax: STOP_MS_MAX,
    staysBehind: options.staysBehind ?? false,
  });
  const control = async (...args: readonly string[]): Promise<string> => {
    const running = promisify(execFile)(programs.control, [...args], {
      env,
      cwd: folder,
      timeout: CONTROL_MS_MAX,
    });
    return (await running).stdout;
  };
  return Object.assign(service, { managementPort, control });
}

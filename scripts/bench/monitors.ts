import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROCKET_STORES } from '../../apps/rocket-monitor/src/rocket-monitor.config.js';
import { findFreePorts } from '../services/ports.js';
import { AppProcess } from '../storm/app-process.js';
import type { BenchContext } from './context.js';

export const STORES = ['memory', 'redis', 'postgres'] as const;
export type StoreName = (typeof STORES)[number];

export const isKnown = (store: StoreName): boolean =>
  ROCKET_STORES.some((known: string) => known === store);

export interface Monitor {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
}

/** A rocket monitor as a process of its own, for as long as the work with it takes. */
export async function withMonitor<T>(
  store: StoreName,
  context: Pick<BenchContext, 'folder' | 'servers'>,
  work: (monitor: Monitor) => Promise<T>,
): Promise<T> {
  const { app, logFile } = await startMonitor(store, context);
  try {
    const result = await work({ url: app.url, pid: app.pid, logFile });
    const [end] = app.unasked;
    if (end !== undefined) throw new Error(end);
    return result;
  } finally {
    await app.stop();
  }
}

async function startMonitor(
  store: StoreName,
  { folder, servers }: Pick<BenchContext, 'folder' | 'servers'>,
): Promise<{ readonly app: AppProcess; readonly logFile: string }> {
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const [port = 0] = await findFreePorts(1);
  const name = `rocket-monitor-${store}-${randomUUID().slice(0, 8)}`;
  const logFile = join(logs, `${name}.log`);
  const env = {
    PATH: process.env['PATH'] ?? '',
    ROCKET_MONITOR_PORT: String(port),
    ROCKET_STORE: store,
    LOG_FILE: logFile,
    ...(store === 'redis' && { REDIS_URL: await servers.urlOf('redis') }),
    ...(store === 'postgres' && { DATABASE_URL: await servers.urlOf('postgresql') }),
  };
  const app = new AppProcess({ name, kind: 'rocket-monitor', port, env, folder: logs });
  try {
    await app.start();
    return { app, logFile };
  } catch (fault) {
    await app.stop();
    throw fault;
  }
}

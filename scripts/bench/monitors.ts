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

/** A rocket monitor as a process of its own, for as long as the work with it takes. */
export async function withMonitor<T>(
  store: StoreName,
  context: Pick<BenchContext, 'folder' | 'servers'>,
  work: (monitor: AppProcess) => Promise<T>,
): Promise<T> {
  const monitor = await startMonitor(store, context);
  try {
    const result = await work(monitor);
    const [end] = monitor.unasked;
    if (end !== undefined) throw new Error(end);
    return result;
  } finally {
    await monitor.stop();
  }
}

async function startMonitor(
  store: StoreName,
  { folder, servers }: Pick<BenchContext, 'folder' | 'servers'>,
): Promise<AppProcess> {
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const [port = 0] = await findFreePorts(1);
  const name = `rocket-monitor-${store}-${randomUUID().slice(0, 8)}`;
  const env = {
    PATH: process.env['PATH'] ?? '',
    ROCKET_MONITOR_PORT: String(port),
    ROCKET_STORE: store,
    LOG_FILE: join(logs, `${name}.log`),
    ...(store === 'redis' && { REDIS_URL: await servers.urlOf('redis') }),
    ...(store === 'postgres' && { DATABASE_URL: await servers.urlOf('postgresql') }),
  };
  const monitor = new AppProcess({ name, kind: 'rocket-monitor', port, env, folder: logs });
  try {
    await monitor.start();
    return monitor;
  } catch (fault) {
    await monitor.stop();
    throw fault;
  }
}

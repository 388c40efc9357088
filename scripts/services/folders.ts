import { join, resolve } from 'node:path';
import { claimOwnership, makeFolder, type Ownership, poll } from '#common/embedded';
import type { ServiceName } from './service.js';

/** Longer than a slow start, an installation aside. */
const LOCK_MS_MAX = 120_000;
const ASK_EVERY_MS = 250;

export function serviceFolder(folder: string, name: ServiceName): string {
  return join(resolve(folder), name);
}

/** One at a time: a second `up` waits, and then finds the services of the first. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await makeFolder(resolve(folder));
  let fault: unknown;
  const claim = (): Promise<Ownership | undefined> =>
    claimOwnership(resolve(folder)).catch((cause: unknown) => void (fault = cause));
  const ownership = await poll(claim, LOCK_MS_MAX, ASK_EVERY_MS);
  if (!ownership) throw fault;
  try {
    return await work();
  } finally {
    await ownership.release();
  }
}

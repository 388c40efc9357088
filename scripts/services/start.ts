import { install } from './apt.js';
import { startComposed } from './compose.js';
import { findOrigin, type Origin, PACKAGES } from './origin.js';
import { startRabbitmq } from './rabbitmq.js';
import { startRedis } from './redis.js';
import type { Service, ServiceName } from './service.js';

export interface StartOptions {
  readonly folderOf: (name: ServiceName) => string;
  readonly staysBehind: boolean;
  /** Whose process it is to belong to is the caller's choice. */
  readonly startPostgresql: (folder: string) => Promise<Service>;
  readonly log: (line: string) => void;
  /** Nothing goes on running when it is aborted before the end. */
  readonly signal?: AbortSignal;
}

/** What can be missing is known before anything starts, so that a refusal leaves nothing behind. */
export async function findOrigins(
  names: readonly ServiceName[],
): Promise<ReadonlyMap<ServiceName, Origin>> {
  const found = names.map(async (name) => [name, await findOrigin(name)] as const);
  return new Map(await Promise.all(found));
}

/** Side by side. When one does not start, the others are stopped again and its fault is thrown. */
export async function startAll(
  names: readonly ServiceName[],
  options: StartOptions,
): Promise<readonly Service[]> {
  const origins = await findOrigins(names);
  const installed = installMissing(origins, options.log);
  const starts = names.map(async (name) => {
    if (origins.get(name) === 'apt') await installed;
    options.signal?.throwIfAborted();
    return startOne(name, origins.get(name) === 'compose', options);
  });
  const outcomes = await Promise.allSettled([installed, ...starts]);
  const faults = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  // The faults that an interruption makes are not worth telling.
  if (options.signal?.aborted === true) faults.unshift(options.signal.reason);
  const services = (await Promise.allSettled(starts)).flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  );
  if (faults.length === 0) return services;
  await Promise.allSettled(services.map((service) => service.stop()));
  throw faults[0];
}

/** One apt-get for all: it lets no second one in. */
async function installMissing(
  origins: ReadonlyMap<ServiceName, Origin>,
  log: (line: string) => void,
): Promise<void> {
  const packages = (['redis', 'rabbitmq'] as const)
    .filter((name) => origins.get(name) === 'apt')
    .map((name) => PACKAGES[name].debian);
  if (packages.length > 0) await install(packages, log);
}

function startOne(name: ServiceName, isComposed: boolean, options: StartOptions): Promise<Service> {
  const folder = options.folderOf(name);
  const { staysBehind } = options;
  if (name === 'postgresql') return options.startPostgresql(folder);
  if (isComposed) return startComposed(name, folder);
  return name === 'redis'
    ? startRedis({ folder, staysBehind })
    : startRabbitmq({ folder, staysBehind });
}

import { canInstall } from './apt.js';
import { isComposeUsable } from './compose.js';
import { findRabbitmqPrograms } from './rabbitmq-files.js';
import { findRedisProgram } from './redis.js';
import { type ServiceName, SERVICES } from './service.js';

/** Where a server comes from when no address is given; the first that there is, in this order. */
export type Origin = 'binary' | 'compose' | 'apt';

/** Names in Debian and Homebrew. PostgreSQL comes with npm, so nobody has to install it. */
export const PACKAGES = {
  redis: { debian: 'redis-server', homebrew: 'redis' },
  rabbitmq: { debian: 'rabbitmq-server', homebrew: 'rabbitmq' },
} as const;

/** Throws one sentence that says what to install. */
export async function findOrigin(name: ServiceName): Promise<Origin> {
  if (name === 'postgresql' || (await isInstalled(name))) return 'binary';
  if (await isComposeUsable()) return 'compose';
  if (await canInstall()) return 'apt';
  throw new Error(whatToInstall(name));
}

export function whatToInstall(name: keyof typeof PACKAGES): string {
  const { label, variable } = SERVICES[name];
  const { debian, homebrew } = PACKAGES[name];
  return (
    `${label} is not on this machine: install it (Debian, Ubuntu: apt-get install ${debian}; ` +
    `macOS: brew install ${homebrew}), start a Docker engine, or set ${variable}.`
  );
}

async function isInstalled(name: keyof typeof PACKAGES): Promise<boolean> {
  const program = name === 'redis' ? await findRedisProgram() : await findRabbitmqPrograms();
  return program !== undefined;
}

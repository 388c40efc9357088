import { type Bus, InProcessBus } from '#common/messaging';
import { ConfigError } from '#common/platform';
import type { ServicesConfig } from './services.config.js';

/** For processes that hold all apps: without a broker the messages stay inside. */
export function openSharedBus(config: ServicesConfig): Bus {
  refuseUnknownServices(config);
  return new InProcessBus();
}

/** For an app that makes no sense without the others. */
export function openOwnBus(config: ServicesConfig, app: string): Bus {
  refuseUnknownServices(config);
  throw new ConfigError(
    `The ${app} alone needs RABBITMQ_URL to reach the other apps; ` +
      'to run all of them in one process, without a broker, use `make run`.',
  );
}

/** Better than to ignore a setting that somebody relies on. */
export function refuseUnknownServices({ RABBITMQ_URL, REDIS_URL }: ServicesConfig): void {
  const given = [RABBITMQ_URL && 'RABBITMQ_URL', REDIS_URL && 'REDIS_URL'].filter(Boolean);
  if (given.length > 0)
    throw new ConfigError(`${given.join(' and ')}: this version runs without; leave it unset.`);
}

import { type Bus, InProcessBus, RabbitBus } from '#common/messaging';
import { ConfigError } from '#common/platform';
import type { ServicesConfig } from './services.config.js';

/** For processes that hold all apps: without a broker the messages stay inside. */
export async function openSharedBus(config: ServicesConfig, process = 'perigee'): Promise<Bus> {
  return (await openBusIfNamed(config, process)) ?? new InProcessBus();
}

/** For an app that makes no sense without the others. */
export async function openOwnBus(config: ServicesConfig, app: string): Promise<Bus> {
  const bus = await openBusIfNamed(config, app);
  if (bus !== null) return bus;
  throw new ConfigError(
    `The ${app} alone needs RABBITMQ_URL to reach the other apps; ` +
      'to run all of them in one process, without a broker, use `make run`.',
  );
}

/** For an app that has its use alone, and tells the others when there is a way. */
export async function openBusIfNamed(config: ServicesConfig, app: string): Promise<Bus | null> {
  if (config.RABBITMQ_URL === undefined) return null;
  return RabbitBus.connect({ url: config.RABBITMQ_URL, processName: app });
}

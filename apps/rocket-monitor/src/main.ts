import { closing, listen, readConfig, run, StructuredLogger } from '#common/platform';
import { openBusIfNamed, openDatabase, ServicesConfig } from '#common/runtime';
import { createRocketMonitor } from './rocket-monitor.app.js';
import { placeOf, RocketMonitorConfig } from './rocket-monitor.config.js';

await run(async () => {
  const config = readConfig(RocketMonitorConfig, process.env);
  const logger = new StructuredLogger('rocket-monitor', config);
  const services = readConfig(ServicesConfig, process.env);
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = services;
  const { kind } = placeOf(config, { redisUrl, databaseUrl });
  const bus = await openBusIfNamed(services, 'rocket-monitor');
  if (kind === 'postgres') await openDatabase(services, logger);
  const app = await createRocketMonitor(config, { bus, redisUrl, databaseUrl, logger });
  await listen(app, config.HOST, config.ROCKET_MONITOR_PORT, 'ROCKET_MONITOR_PORT');
  return bus === null ? app : closing(app, bus);
});

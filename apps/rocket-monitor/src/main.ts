import { closing, listen, readConfig, run, StructuredLogger } from '#common/platform';
import { openBusIfNamed, ServicesConfig } from '#common/runtime';
import { createRocketMonitor } from './rocket-monitor.app.js';
import { RocketMonitorConfig } from './rocket-monitor.config.js';

await run(async () => {
  const config = readConfig(RocketMonitorConfig, process.env);
  const logger = new StructuredLogger('rocket-monitor', config);
  const services = readConfig(ServicesConfig, process.env);
  const bus = await openBusIfNamed(services, 'rocket-monitor');
  const app = await createRocketMonitor(config, { bus, redisUrl: services.REDIS_URL, logger });
  await listen(app, config.HOST, config.ROCKET_MONITOR_PORT, 'ROCKET_MONITOR_PORT');
  return bus === null ? app : closing(app, bus);
});

import { listen, readConfig, run, StructuredLogger } from '#common/platform';
import { createRocketMonitor } from './rocket-monitor.app.js';
import { RocketMonitorConfig } from './rocket-monitor.config.js';

await run(async () => {
  const config = readConfig(RocketMonitorConfig, process.env);
  const logger = new StructuredLogger('rocket-monitor', config);
  const app = await createRocketMonitor(config, { bus: null, logger });
  await listen(app, config.HOST, config.ROCKET_MONITOR_PORT, 'ROCKET_MONITOR_PORT');
  return app;
});

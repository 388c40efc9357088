import { closing, listen, readConfig, run, StructuredLogger } from '#common/platform';
import { openDatabase, openOwnBus, ServicesConfig } from '#common/runtime';
import { createScheduler } from './scheduler.app.js';
import { SchedulerConfig } from './scheduler.config.js';

await run(async () => {
  const config = readConfig(SchedulerConfig, process.env);
  const services = readConfig(ServicesConfig, process.env);
  const logger = new StructuredLogger('scheduler', config);
  const bus = await openOwnBus(services, 'scheduler');
  const database = await openDatabase(services, logger);
  const app = await createScheduler(config, {
    databaseUrl: database.url,
    redisUrl: services.REDIS_URL,
    bus,
    logger,
  });
  await listen(app, config.HOST, config.SCHEDULER_PORT, 'SCHEDULER_PORT');
  return closing(app, bus, database);
});

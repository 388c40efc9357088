import { closing, listen, readConfig, run, StructuredLogger } from '#common/platform';
import { openDatabase, openOwnBus, ServicesConfig } from '#common/runtime';
import { createIngestor } from './ingestor.app.js';
import { IngestorConfig } from './ingestor.config.js';

await run(async () => {
  const config = readConfig(IngestorConfig, process.env);
  const services = readConfig(ServicesConfig, process.env);
  const logger = new StructuredLogger('ingestor', config);
  const bus = await openOwnBus(services, 'ingestor');
  const database = await openDatabase(services, logger);
  const app = await createIngestor(config, {
    databaseUrl: database.url,
    redisUrl: services.REDIS_URL,
    dataFolder: services.DATA_FOLDER,
    bus,
    logger,
  });
  await listen(app, config.HOST, config.INGESTOR_PORT, 'INGESTOR_PORT');
  return closing(app, bus, database);
});

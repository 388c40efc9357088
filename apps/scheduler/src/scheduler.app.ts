import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectBus } from '#common/messaging';
import { createHttpApp, limitRequests, StructuredLogger } from '#common/platform';
import { BULK_BYTES_MAX } from './bulk/bulk-items.js';
import { BulkPlaces } from './bulk/bulk-places.js';
import type { SchedulerConfig } from './scheduler.config.js';
import { SchedulerModule } from './scheduler.module.js';
import type { SchedulerServices } from './scheduler.services.js';

const BULK_URL = '/scheduler/bulk';

/** Everything between create and listen; `main.ts`, `apps/all` and the tests call it. */
export async function createScheduler(
  config: SchedulerConfig,
  services: SchedulerServices,
): Promise<NestFastifyApplication> {
  const app = await createHttpApp(SchedulerModule.forRoot(config, services), {
    title: 'Scheduler',
    description: 'Books contacts with spaceships and starts each one on the second.',
    logger: services.logger ?? new StructuredLogger('scheduler', config),
    textRoutes: { [BULK_URL]: BULK_BYTES_MAX },
  });
  limitRequests(app, BULK_URL, app.get(BulkPlaces));
  connectBus(app, services.bus, 'scheduler');
  await app.startAllMicroservices();
  return app;
}

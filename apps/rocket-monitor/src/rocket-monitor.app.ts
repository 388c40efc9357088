import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Bus, connectBus } from '#common/messaging';
import {
  type Clock,
  createHttpApp,
  limitRequests,
  StructuredLogger,
  SystemClock,
} from '#common/platform';
import { placeOf, type RocketMonitorConfig } from './rocket-monitor.config.js';
import { RocketMonitorModule } from './rocket-monitor.module.js';
import { BatchPlaces } from './rockets/batch-places.js';
import { closeConnectionsUnlessAsked } from './rockets/connection-close.js';
import { takeGoodMessagesEarly } from './rockets/message-answer.js';
import { BATCH_BYTES_MAX } from './rockets/message-batch.js';
import { RejectedMessagesFilter } from './rockets/rejected-messages.filter.js';
import { RocketsService } from './rockets/rockets.service.js';

const BATCH_URL = '/messages/batch';

export interface RocketMonitorServices {
  /** Null: the monitor runs alone, answers nobody's questions and tells nobody. */
  readonly bus: Bus | null;
  /** Where Redis is, if there is one. */
  readonly redisUrl?: string | undefined;
  /** Where PostgreSQL is, migrated, if the rockets may be kept there. */
  readonly databaseUrl?: string | undefined;
  readonly clock?: Clock;
  readonly logger?: LoggerService;
}

/** The app ready to listen; on the bus it listens already. */
export async function createRocketMonitor(
  config: RocketMonitorConfig,
  services: RocketMonitorServices,
): Promise<NestFastifyApplication> {
  const { bus, clock = new SystemClock() } = services;
  const place = placeOf(config, services);
  const module = RocketMonitorModule.forRoot(config, { bus, place, clock });
  const app = await createHttpApp(module, {
    title: 'Rocket monitor',
    description: 'Follows rockets by messages that arrive more than once and in any order.',
    logger: services.logger ?? new StructuredLogger('rocket-monitor', config),
    anyContentType: true,
    textRoutes: { [BATCH_URL]: BATCH_BYTES_MAX },
  });
  limitRequests(app, BATCH_URL, app.get(BatchPlaces));
  closeConnectionsUnlessAsked(app);
  takeGoodMessagesEarly(app);
  app.useGlobalFilters(new RejectedMessagesFilter(app.get(RocketsService)));
  if (bus !== null) {
    connectBus(app, bus, 'rocket-monitor');
    await app.init();
    await app.startAllMicroservices();
  }
  return app;
}

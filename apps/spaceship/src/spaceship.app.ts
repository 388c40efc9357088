import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp, StructuredLogger } from '#common/platform';
import type { SpaceshipConfig } from './spaceship.config.js';
import { SpaceshipModule } from './spaceship.module.js';

/** The whole app but for `listen`. */
export const createSpaceship = (
  config: SpaceshipConfig,
  logger: LoggerService = new StructuredLogger('spaceship', config),
): Promise<NestFastifyApplication> =>
  createHttpApp(SpaceshipModule.forRoot(config), {
    title: 'Spaceship',
    description: 'The simulated ship: streams the state of its batteries over UDP.',
    logger,
  });

import { type DynamicModule, Module } from '@nestjs/common';
import { StreamTargets } from '#common/datagrams';
import { HealthcheckController, HealthModule, type ReadinessCheck } from '#common/platform';
import { AdaptersModule } from './adapters/adapters.module.js';
import { SpaceshipConfig } from './spaceship.config.js';
import { StreamsController } from './streams/streams.controller.js';
import { StreamsService } from './streams/streams.service.js';

/** The ship needs nothing outside itself: as soon as it answers, it can send. */
const withoutBus: ReadinessCheck = {
  part: 'bus',
  check: () => ({ status: 'up', reason: 'The ship runs without a bus' }),
};

@Module({})
export class SpaceshipModule {
  static forRoot(config: SpaceshipConfig): DynamicModule {
    return {
      module: SpaceshipModule,
      imports: [AdaptersModule, HealthModule.forRoot({ readiness: [withoutBus] })],
      controllers: [StreamsController, HealthcheckController],
      providers: [
        { provide: SpaceshipConfig, useValue: config },
        { provide: StreamTargets, useValue: new StreamTargets(config.SPACESHIP_TARGETS) },
        StreamsService,
      ],
    };
  }
}

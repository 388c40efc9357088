import { type DynamicModule, Module } from '@nestjs/common';
import { HealthModule, type HealthOptions } from '#common/platform';
import { AdaptersModule, type Surroundings } from './adapters/adapters.module.js';
import { RocketMonitorConfig } from './rocket-monitor.config.js';
import { BatchPlaces } from './rockets/batch-places.js';
import { BatchesService } from './rockets/batches.service.js';
import { RocketContactsService } from './rockets/contacts/rocket-contacts.service.js';
import { CheckpointKeeper } from './rockets/checkpoint.keeper.js';
import { Fleet } from './rockets/fleet.js';
import { LiveController } from './rockets/live/live.controller.js';
import { LiveFeed } from './rockets/live/live-feed.js';
import { RocketHistoriesService } from './rockets/history/rocket-histories.service.js';
import { RocketHistoryController } from './rockets/history/rocket-history.controller.js';
import { RocketListController } from './rockets/lists/rocket-list.controller.js';
import { MessagesController } from './rockets/messages.controller.js';
import { RocketConsumer } from './rockets/rocket.consumer.js';
import { RocketEvents } from './rockets/rocket-events.port.js';
import { RocketStore } from './rockets/rocket-store.port.js';
import { RejectedController } from './rockets/rejected.controller.js';
import { RocketsController } from './rockets/rockets.controller.js';
import { RocketsService } from './rockets/rockets.service.js';
import { RocketViewsService } from './rockets/views/rocket-views.service.js';

@Module({})
export class RocketMonitorModule {
  static forRoot(config: RocketMonitorConfig, surroundings: Surroundings): DynamicModule {
    const adapters = AdaptersModule.forRoot(config, surroundings);
    const health = HealthModule.forRootAsync({
      imports: [adapters],
      inject: [RocketStore, RocketEvents],
      useFactory: readiness,
    });
    return {
      module: RocketMonitorModule,
      imports: [adapters, health],
      controllers: [
        MessagesController,
        RejectedController,
        RocketListController,
        LiveController,
        RocketsController,
        RocketHistoryController,
        RocketConsumer,
      ],
      providers: [
        { provide: RocketMonitorConfig, useValue: config },
        RocketsService,
        RocketContactsService,
        RocketViewsService,
        RocketHistoriesService,
        BatchesService,
        BatchPlaces,
        CheckpointKeeper,
        Fleet,
        LiveFeed,
      ],
    };
  }
}

const readiness = (store: RocketStore, events: RocketEvents): HealthOptions => ({
  readiness: [
    { part: 'store', check: () => store.health() },
    { part: 'bus', check: () => events.health() },
  ],
});

import { type DynamicModule, Module } from '@nestjs/common';
import type { Bus } from '#common/messaging';
import { Clock } from '#common/platform';
import { RocketEvents } from '../rockets/rocket-events.port.js';
import { RocketStore } from '../rockets/rocket-store.port.js';
import type { RocketMonitorConfig } from '../rocket-monitor.config.js';
import { MemoryRocketStore } from './memory/memory-rocket.store.js';
import { OutboxRocketEvents } from './outbox-rocket.events.js';
import { UnheardRocketEvents } from './unheard-rocket.events.js';

/** The one place that says which adapter stands behind which port. */
@Module({})
export class AdaptersModule {
  static forRoot(config: RocketMonitorConfig, bus: Bus | null, clock: Clock): DynamicModule {
    const events = bus === null ? new UnheardRocketEvents() : new OutboxRocketEvents(bus, clock);
    const store = new MemoryRocketStore(config.ROCKET_CHANNELS_MAX, events);
    return {
      module: AdaptersModule,
      providers: [
        { provide: Clock, useValue: clock },
        { provide: RocketEvents, useValue: events },
        { provide: RocketStore, useValue: store },
      ],
      exports: [Clock, RocketEvents, RocketStore],
    };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import type { Bus } from '#common/messaging';
import { Clock } from '#common/platform';
import { RocketEvents } from '../rockets/rocket-events.port.js';
import { RocketStore } from '../rockets/rocket-store.port.js';
import type { RocketMonitorConfig } from '../rocket-monitor.config.js';
import { MemoryRocketStore } from './memory/memory-rocket.store.js';
import { SnapshotKeeper } from './memory/snapshot.keeper.js';
import { OutboxRocketEvents } from './outbox-rocket.events.js';
import { RedisRocketEvents } from './redis/redis-rocket.events.js';
import { RedisRocketStore } from './redis/redis-rocket.store.js';
import { UnheardRocketEvents } from './unheard-rocket.events.js';

export interface Surroundings {
  /** Null: there is nobody to tell. */
  readonly bus: Bus | null;
  /** Null: the rockets are kept in memory. */
  readonly redisUrl: string | null;
  readonly clock: Clock;
}

/** The one place that says which adapter stands behind which port. */
@Module({})
export class AdaptersModule {
  static forRoot(config: RocketMonitorConfig, surroundings: Surroundings): DynamicModule {
    const { redisUrl, clock } = surroundings;
    const providers =
      redisUrl === null
        ? inMemory(config, surroundings)
        : onRedis(config, { ...surroundings, redisUrl });
    return {
      module: AdaptersModule,
      providers: [{ provide: Clock, useValue: clock }, ...providers],
      exports: [Clock, RocketEvents, RocketStore],
    };
  }
}

function inMemory(config: RocketMonitorConfig, { bus, clock }: Surroundings) {
  const { ROCKET_CHANNELS_MAX: channelsMax, ROCKET_HISTORY_MAX: historyMax } = config;
  const events = bus === null ? new UnheardRocketEvents() : new OutboxRocketEvents(bus, clock);
  const store = new MemoryRocketStore({ channelsMax, historyMax, events });
  const file = config.ROCKET_SNAPSHOT_FILE;
  return [
    { provide: RocketEvents, useValue: events },
    { provide: RocketStore, useValue: store },
    ...(file === undefined
      ? []
      : [{ provide: SnapshotKeeper, useFactory: () => new SnapshotKeeper(store, file, clock) }]),
  ];
}

/** Connections are made when the app is, not when its parts are named. */
function onRedis(
  config: RocketMonitorConfig,
  { bus, redisUrl: url, clock }: Surroundings & { readonly redisUrl: string },
) {
  const { ROCKET_CHANNELS_MAX: channelsMax, ROCKET_HISTORY_MAX: historyMax } = config;
  const { REDIS_PREFIX: prefix } = config;
  return [
    {
      provide: RocketStore,
      useFactory: () =>
        new RedisRocketStore({
          url,
          clock,
          prefix,
          channelsMax,
          historyMax,
          tellsEvents: bus !== null,
        }),
    },
    {
      provide: RocketEvents,
      inject: [RocketStore],
      useFactory: (store: RedisRocketStore) =>
        bus === null ? new UnheardRocketEvents() : new RedisRocketEvents(bus, store, clock),
    },
  ];
}

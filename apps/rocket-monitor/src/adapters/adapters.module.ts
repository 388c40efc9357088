import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Bus } from '#common/messaging';
import { dataSourceOptions } from '#common/persistence';
import { Clock } from '#common/platform';
import { RocketContactBook } from '../rockets/contacts/rocket-contact.book.port.js';
import { RocketEvents } from '../rockets/rocket-events.port.js';
import { RocketStore } from '../rockets/rocket-store.port.js';
import type { RocketMonitorConfig, RocketPlace } from '../rocket-monitor.config.js';
import { BusRocketContactBook } from './bus-rocket-contact.book.js';
import { MemoryRocketStore } from './memory/memory-rocket.store.js';
import { SnapshotKeeper } from './memory/snapshot.keeper.js';
import { OutboxRocketEvents } from './outbox-rocket.events.js';
import { PostgresRocketEvents } from './postgres/postgres-rocket.events.js';
import { PostgresRocketStore } from './postgres/postgres-rocket.store.js';
import { RedisRocketEvents } from './redis/redis-rocket.events.js';
import { RedisRocketStore } from './redis/redis-rocket.store.js';
import { UnaskedRocketContactBook } from './unasked-rocket-contact.book.js';
import { UnheardRocketEvents } from './unheard-rocket.events.js';

export interface Surroundings {
  /** Null: there is nobody to tell. */
  readonly bus: Bus | null;
  /** Where the rockets are kept. */
  readonly place: RocketPlace;
  readonly clock: Clock;
}

type Adapters = Required<Pick<DynamicModule, 'providers'>> & Pick<DynamicModule, 'imports'>;

/** The one place that says which adapter stands behind which port. */
@Module({})
export class AdaptersModule {
  static forRoot(config: RocketMonitorConfig, surroundings: Surroundings): DynamicModule {
    const { imports = [], providers } = behindPorts(config, surroundings);
    return {
      module: AdaptersModule,
      imports,
      providers: [
        { provide: Clock, useValue: surroundings.clock },
        { provide: RocketContactBook, useFactory: () => contactBook(surroundings) },
        ...providers,
      ],
      exports: [Clock, RocketContactBook, RocketEvents, RocketStore],
    };
  }
}

const contactBook = ({ bus, clock }: Surroundings): RocketContactBook =>
  bus === null ? new UnaskedRocketContactBook() : new BusRocketContactBook(bus.client(), clock);

function behindPorts(config: RocketMonitorConfig, surroundings: Surroundings): Adapters {
  const { place } = surroundings;
  switch (place.kind) {
    case 'memory':
      return inMemory(config, surroundings);
    case 'redis':
      return onRedis(config, surroundings, place.url);
    case 'postgres':
      return inPostgres(config, surroundings, place.url);
    default:
      return place satisfies never;
  }
}

function inMemory(config: RocketMonitorConfig, { bus, clock }: Surroundings): Adapters {
  const { ROCKET_CHANNELS_MAX: channelsMax, ROCKET_HISTORY_MAX: historyMax } = config;
  const events = bus === null ? new UnheardRocketEvents() : new OutboxRocketEvents(bus, clock);
  const store = new MemoryRocketStore({ channelsMax, historyMax, events });
  const file = config.ROCKET_SNAPSHOT_FILE;
  const providers = [
    { provide: RocketEvents, useValue: events },
    { provide: RocketStore, useValue: store },
    ...(file === undefined
      ? []
      : [{ provide: SnapshotKeeper, useFactory: () => new SnapshotKeeper(store, file, clock) }]),
  ];
  return { providers };
}

/** Connections are made when the app is, not when its parts are named. */
function onRedis(config: RocketMonitorConfig, { bus, clock }: Surroundings, url: string): Adapters {
  const { ROCKET_CHANNELS_MAX: channelsMax, ROCKET_HISTORY_MAX: historyMax } = config;
  const { REDIS_PREFIX: prefix } = config;
  const providers = [
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
  return { providers };
}

/** The outbox is the one that all apps share a table for. */
function inPostgres(
  { ROCKET_CHANNELS_MAX: channelsMax }: RocketMonitorConfig,
  { bus, clock }: Surroundings,
  url: string,
): Adapters {
  const store = {
    provide: RocketStore,
    useFactory: () =>
      new PostgresRocketStore({ url, clock, channelsMax, tellsEvents: bus !== null }),
  };
  if (bus === null)
    return { providers: [store, { provide: RocketEvents, useClass: UnheardRocketEvents }] };
  const events = {
    provide: RocketEvents,
    inject: [RocketStore, getDataSourceToken('rocket-monitor')],
    useFactory: (postgres: PostgresRocketStore, source: DataSource) =>
      new PostgresRocketEvents(bus, postgres, source, clock),
  };
  const outboxes = TypeOrmModule.forRoot(dataSourceOptions(url, 'rocket-monitor'));
  return { imports: [outboxes], providers: [store, events] };
}

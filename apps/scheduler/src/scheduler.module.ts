import { type DynamicModule, Module } from '@nestjs/common';
import { Bus, Outbox } from '#common/messaging';
import { HealthcheckController, HealthModule, type ReadinessCheck } from '#common/platform';
import { AdaptersModule } from './adapters/adapters.module.js';
import { AntennasController } from './antennas/antennas.controller.js';
import { AntennasService } from './antennas/antennas.service.js';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkPlaces } from './bulk/bulk-places.js';
import { BulkService } from './bulk/bulk.service.js';
import { BookingKeysLoop } from './contacts/booking-keys.loop.js';
import { BookingRules } from './contacts/booking-rules.js';
import { ContactListController } from './contacts/contact-list.controller.js';
import { ContactListsService } from './contacts/contact-lists.service.js';
import { CalendarController } from './calendar/calendar.controller.js';
import { CalendarService } from './calendar/calendar.service.js';
import { ContactsController } from './contacts/contacts.controller.js';
import { ContactsService } from './contacts/contacts.service.js';
import { RocketEventsConsumer } from './contacts/rocket-events.consumer.js';
import { LIVE_CONTROLLERS, LIVE_PROVIDERS } from './live/live-providers.js';
import { SchedulerConfig } from './scheduler.config.js';
import { PASSES_CONTROLLERS, PASSES_PROVIDERS } from './passes/passes-parts.js';
import { KeyedRequests } from './contacts/keyed-requests.js';
import { RocketContactsConsumer } from './rockets/rocket-contacts.consumer.js';
import type { SchedulerServices } from './scheduler.services.js';
import { SERIES_CONTROLLERS, SERIES_PROVIDERS } from './series/series-providers.js';
import { alarmHealth } from './starts/alarm-health.js';
import { ClockWatch } from './starts/clock.watch.js';
import { ContactEventsConsumer } from './starts/contact-events.consumer.js';
import { DatabaseClock } from './starts/database.clock.js';
import { ClaimAlarm, StartAlarm } from './starts/start-alarm.port.js';
import { StartsLoop } from './starts/starts.loop.js';
import { StartsService } from './starts/starts.service.js';
import { UnreportedContacts } from './starts/unreported-contacts.js';
import { WEBHOOK_CONTROLLERS, WEBHOOK_PROVIDERS } from './webhooks/webhook-providers.js';

@Module({})
export class SchedulerModule {
  static forRoot(config: SchedulerConfig, services: SchedulerServices): DynamicModule {
    const adapters = AdaptersModule.forRoot(config, services);
    return {
      module: SchedulerModule,
      imports: [
        adapters,
        HealthModule.forRootAsync({
          imports: [adapters],
          inject: [Outbox, ClaimAlarm, StartAlarm, DatabaseClock],
          useFactory: (
            outbox: Outbox,
            claims: ClaimAlarm,
            alarm: StartAlarm,
            clock: DatabaseClock,
          ) => ({
            readiness: [
              ...readinessOf(services, outbox),
              { part: 'alarm', check: () => alarmHealth([claims, alarm]) },
              { part: 'clock', check: () => clock.health() },
            ],
          }),
        }),
      ],
      controllers: [
        ContactsController,
        AntennasController,
        ContactListController,
        BulkController,
        ...PASSES_CONTROLLERS,
        HealthcheckController,
        ContactEventsConsumer,
        RocketEventsConsumer,
        CalendarController,
        ...SERIES_CONTROLLERS,
        ...LIVE_CONTROLLERS,
        ...WEBHOOK_CONTROLLERS,
        RocketContactsConsumer,
      ],
      providers: [
        ContactsService,
        AntennasService,
        BookingRules,
        BookingKeysLoop,
        KeyedRequests,
        ContactListsService,
        BulkService,
        BulkPlaces,
        ...PASSES_PROVIDERS,
        StartsService,
        StartsLoop,
        ClockWatch,
        UnreportedContacts,
        CalendarService,
        ...SERIES_PROVIDERS,
        { provide: SchedulerConfig, useValue: config },
        ...LIVE_PROVIDERS,
        ...WEBHOOK_PROVIDERS,
        { provide: Bus, useValue: services.bus },
      ],
    };
  }
}

/** Counting the outbox asks the database, so it stands for both. */
const readinessOf = ({ bus }: SchedulerServices, outbox: Outbox): ReadinessCheck[] => [
  { part: 'bus', check: () => bus.health() },
  {
    part: 'database',
    check: async () => {
      const { waiting, dead } = await outbox.counts();
      const status = dead > 0 ? 'degraded' : 'up';
      return { status, outbox_waiting: waiting, outbox_dead: dead };
    },
  },
];

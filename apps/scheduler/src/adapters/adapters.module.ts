import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { RECEPTION_CLOSE, RECEPTION_OPEN } from '#common/contracts';
import { Outbox, OutboxRelay } from '#common/messaging';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { Clock, SystemClock } from '#common/platform';
import { AntennaStore } from '../antennas/antenna-store.port.js';
import { BookingRehearsal } from '../antennas/booking-rehearsal.port.js';
import { BulkStore } from '../bulk/bulk-store.port.js';
import { BookingKeys } from '../contacts/booking-keys.port.js';
import { ContactHistory } from '../contacts/contact-history.port.js';
import { ContactList } from '../contacts/contact-list.port.js';
import { ContactWindowReader } from '../calendar/contact-window.port.js';
import { ContactStore } from '../contacts/contact-store.port.js';
import { RocketDirectory } from '../contacts/rocket-directory.port.js';
import { ChangeLog } from '../live/change-log.port.js';
import { ChangeTicks } from '../live/change-ticks.port.js';
import { BookedTimes } from '../passes/booked-times.port.js';
import { OrbitStore } from '../passes/orbit-store.port.js';
import { StationStore } from '../passes/station-store.port.js';
import { RocketContactBook } from '../rockets/rocket-contact.book.port.js';
import type { SchedulerConfig } from '../scheduler.config.js';
import type { SchedulerServices } from '../scheduler.services.js';
import { ContactCourse } from '../starts/contact-course.port.js';
import { WebhookPolicy } from '../webhooks/webhook-policy.js';
import { WebhookQueue } from '../webhooks/webhook-queue.port.js';
import { WebhookSender } from '../webhooks/webhook-sender.port.js';
import { WebhookStore } from '../webhooks/webhook-store.port.js';
import { WebhookTargets } from '../webhooks/webhook-targets.js';
import { DatabaseClock } from '../starts/database.clock.js';
import { ClaimAlarm } from '../starts/start-alarm.port.js';
import { BusRocketDirectory } from './bus-rocket.directory.js';
import { CommitTicks } from './commit-ticks.js';
import { SCHEDULER_OUTBOX } from './contact-row.js';
import { SeriesStore } from '../series/series-store.port.js';
import { HttpWebhookSender } from './http-webhook.sender.js';
import { InProcessStartAlarm } from './in-process-start.alarm.js';
import { StartAlarmModule } from './start-alarm.module.js';
import { TypeOrmAntennaStore } from './typeorm-antenna.store.js';
import { TypeOrmBookingRehearsal } from './typeorm-booking.rehearsal.js';
import { TypeOrmBookingKeys } from './typeorm-booking.keys.js';
import { TypeOrmBulkStore } from './typeorm-bulk.store.js';
import { TypeOrmChangeLog } from './typeorm-change.log.js';
import { TypeOrmBookedTimes } from './typeorm-booked.times.js';
import { TypeOrmContactCourse } from './typeorm-contact.course.js';
import { TypeOrmContactHistory } from './typeorm-contact.history.js';
import { TypeOrmContactList } from './typeorm-contact.list.js';
import { TypeOrmContactStore } from './typeorm-contact.store.js';
import { TypeOrmContactWindowReader } from './typeorm-contact-window.reader.js';
import { TypeOrmSeriesStore } from './typeorm-series.store.js';
import { TypeOrmOrbitStore } from './typeorm-orbit.store.js';
import { TypeOrmStationStore } from './typeorm-station.store.js';
import { TypeOrmWebhookQueue } from './typeorm-webhook.queue.js';
import { TypeOrmWebhookStore } from './typeorm-webhook.store.js';
import { TypeOrmDatabaseTime } from './typeorm-database.time.js';
import { TypeOrmRocketContactBook } from './typeorm-rocket-contact.book.js';

/** Nobody may overlook a command; an event may have no listener. */
const MANDATORY = new Set([RECEPTION_OPEN, RECEPTION_CLOSE]);

const PASSES = [
  { provide: OrbitStore, useClass: TypeOrmOrbitStore },
  { provide: StationStore, useClass: TypeOrmStationStore },
  { provide: BookedTimes, useClass: TypeOrmBookedTimes },
];

/** The one place that says which adapter stands behind which port. */
@Module({})
export class AdaptersModule {
  static forRoot(
    { SCHEDULER_QUEUE_BOARD, SCHEDULER_WEBHOOK_TARGETS }: SchedulerConfig,
    { databaseUrl, bus, redisUrl }: SchedulerServices,
  ): DynamicModule {
    const alarm = StartAlarmModule.forRoot(redisUrl, { hasBoard: SCHEDULER_QUEUE_BOARD === 'on' });
    return {
      module: AdaptersModule,
      imports: [TypeOrmModule.forRoot(dataSourceOptions(databaseUrl, 'scheduler')), alarm],
      providers: [
        { provide: Clock, useClass: SystemClock },
        { provide: ContactStore, useClass: TypeOrmContactStore },
        { provide: AntennaStore, useClass: TypeOrmAntennaStore },
        { provide: BookingRehearsal, useClass: TypeOrmBookingRehearsal },
        { provide: ContactList, useClass: TypeOrmContactList },
        { provide: ContactHistory, useClass: TypeOrmContactHistory },
        { provide: BookingKeys, useClass: TypeOrmBookingKeys },
        { provide: BulkStore, useClass: TypeOrmBulkStore },
        { provide: ContactWindowReader, useClass: TypeOrmContactWindowReader },
        { provide: SeriesStore, useClass: TypeOrmSeriesStore },
        { provide: ChangeLog, useClass: TypeOrmChangeLog },
        { provide: ChangeTicks, useClass: CommitTicks },
        ...PASSES,
        { provide: WebhookStore, useClass: TypeOrmWebhookStore },
        { provide: WebhookQueue, useClass: TypeOrmWebhookQueue },
        {
          provide: WebhookSender,
          inject: [Clock],
          useFactory: (clock: Clock) =>
            new HttpWebhookSender(
              new WebhookTargets(SCHEDULER_WEBHOOK_TARGETS),
              clock,
              new WebhookPolicy().answerMsMax,
            ),
        },
        {
          provide: ContactCourse,
          inject: [getDataSourceToken('scheduler'), OutboxRelay],
          useFactory: (source: DataSource, relay: OutboxRelay) =>
            new TypeOrmContactCourse(source, relay),
        },
        {
          provide: DatabaseClock,
          inject: [Clock, getDataSourceToken('scheduler')],
          useFactory: (clock: Clock, source: DataSource) =>
            new DatabaseClock(clock, new TypeOrmDatabaseTime(source)),
        },
        {
          provide: ClaimAlarm,
          inject: [DatabaseClock],
          useFactory: (clock: DatabaseClock) => new InProcessStartAlarm(clock),
        },
        { provide: RocketContactBook, useClass: TypeOrmRocketContactBook },
        { provide: RocketDirectory, useFactory: () => new BusRocketDirectory(bus.client()) },
        {
          provide: Outbox,
          inject: [getDataSourceToken('scheduler')],
          useFactory: (source: DataSource) => new TypeOrmOutbox(source, SCHEDULER_OUTBOX),
        },
        {
          provide: OutboxRelay,
          inject: [Outbox, Clock],
          useFactory: (outbox: Outbox, clock: Clock) =>
            new OutboxRelay({ outbox, publisher: bus.publisher(), clock, mandatory: MANDATORY }),
        },
      ],
      exports: [
        Clock,
        AntennaStore,
        BookingRehearsal,
        ContactStore,
        ContactList,
        ContactHistory,
        BookingKeys,
        BulkStore,
        ContactWindowReader,
        SeriesStore,
        ContactCourse,
        ChangeLog,
        ChangeTicks,
        WebhookStore,
        WebhookQueue,
        WebhookSender,
        DatabaseClock,
        ClaimAlarm,
        RocketContactBook,
        alarm,
        RocketDirectory,
        Outbox,
        OutboxRelay,
        ...PASSES.map(({ provide }) => provide),
      ],
    };
  }
}

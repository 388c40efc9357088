import { type DynamicModule, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import {
  CONTACT_COMPLETED,
  CONTACT_FAILED,
  CONTACT_REPORT_REVISED,
  CONTACT_STARTED,
} from '#common/contracts';
import { Outbox, OutboxRelay } from '#common/messaging';
import { dataSourceOptions, TypeOrmOutbox } from '#common/persistence';
import { Clock, SystemClock } from '#common/platform';
import { AlarmStore } from '../alarms/alarm-store.port.js';
import { IngestorConfig } from '../ingestor.config.js';
import type { IngestorServices } from '../ingestor.services.js';
import { Holdings } from '../receptions/holdings.port.js';
import { IngestorIdentity } from '../receptions/ingestor-identity.js';
import { ReceptionStore } from '../receptions/reception-store.port.js';
import { Spaceship } from '../receptions/spaceship.port.js';
import { HotList } from '../intake/hot-list.port.js';
import { WaitingMinutes } from '../archive/minutes.port.js';
import { BlockPartitions } from '../archive/partitions.port.js';
import { BatchQueue } from '../archive/batch-queue.js';
import { LevelSources } from '../archive/levels/level-source.js';
import { PacketReaders, readPacketReaders } from '../packets/packet-readers.js';
import { TelemetryArchive } from '../archive/telemetry-archive.port.js';
import { HttpSpaceship } from './http-spaceship.client.js';
import { MemoryHotList } from './memory/memory-hot.list.js';
import { openBatchQueue } from './open-batch.queue.js';
import { RedisHotList } from './redis-hot.list.js';
import { TypeOrmAlarmStore } from './typeorm-alarm.store.js';
import { TypeOrmHoldings } from './typeorm.holdings.js';
import { INGESTOR_OUTBOX, TypeOrmReceptionStore } from './typeorm-reception.store.js';
import { TypeOrmBlockPartitions } from './typeorm-block.partitions.js';
import { TypeOrmTelemetryArchive } from './typeorm-telemetry.archive.js';
import { TypeOrmWaitingMinutes } from './typeorm-waiting.minutes.js';

/** The scheduler's state of a contact depends on them: while it is not there, they wait. */
const MANDATORY = new Set([
  CONTACT_STARTED,
  CONTACT_COMPLETED,
  CONTACT_FAILED,
  CONTACT_REPORT_REVISED,
]);

/** The one place that says which adapter stands behind which port. */
@Module({})
export class AdaptersModule {
  static forRoot(
    config: IngestorConfig,
    { databaseUrl, bus, redisUrl, dataFolder, clock = new SystemClock() }: IngestorServices,
  ): DynamicModule {
    const { SPACESHIP_URL: url, INGESTOR_ADDRESS: address, HOT_LIST_MAX } = config;
    // Now, since a fault in them is one of the settings: nothing must have started yet.
    const readers = readPacketReaders(config.INGESTOR_PACKETS);
    return {
      module: AdaptersModule,
      imports: [TypeOrmModule.forRoot(dataSourceOptions(databaseUrl, 'ingestor'))],
      providers: [
        { provide: Clock, useValue: clock },
        { provide: IngestorConfig, useValue: config },
        { provide: IngestorIdentity, useFactory: () => IngestorIdentity.of(config) },
        { provide: AlarmStore, useClass: TypeOrmAlarmStore },
        { provide: Holdings, useClass: TypeOrmHoldings },
        { provide: ReceptionStore, useClass: TypeOrmReceptionStore },
        { provide: TelemetryArchive, useClass: TypeOrmTelemetryArchive },
        { provide: BlockPartitions, useClass: TypeOrmBlockPartitions },
        { provide: WaitingMinutes, useClass: TypeOrmWaitingMinutes },
        {
          provide: BatchQueue,
          inject: [IngestorIdentity],
          useFactory: (identity: IngestorIdentity) =>
            openBatchQueue({ config, dataFolder, identity, clock }),
        },
        { provide: PacketReaders, useValue: readers },
        { provide: LevelSources, useExisting: PacketReaders },
        {
          provide: HotList,
          useFactory: () =>
            redisUrl === undefined
              ? new MemoryHotList(HOT_LIST_MAX)
              : new RedisHotList({ url: redisUrl, clock, listMax: HOT_LIST_MAX }),
        },
        { provide: Spaceship, useFactory: () => new HttpSpaceship({ url, address }) },
        {
          provide: Outbox,
          inject: [getDataSourceToken('ingestor')],
          useFactory: (source: DataSource) => new TypeOrmOutbox(source, INGESTOR_OUTBOX),
        },
        {
          provide: OutboxRelay,
          inject: [Outbox],
          useFactory: (outbox: Outbox) =>
            new OutboxRelay({ outbox, publisher: bus.publisher(), clock, mandatory: MANDATORY }),
        },
      ],
      exports: [
        Clock,
        IngestorConfig,
        IngestorIdentity,
        AlarmStore,
        Holdings,
        ReceptionStore,
        TelemetryArchive,
        BlockPartitions,
        WaitingMinutes,
        BatchQueue,
        PacketReaders,
        LevelSources,
        HotList,
        Spaceship,
        Outbox,
        OutboxRelay,
      ],
    };
  }
}

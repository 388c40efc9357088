import { randomInt } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { APID_MAX } from '#common/contracts';
import { parseInstant } from '#common/domain';
import {
  HealthcheckController,
  HealthModule,
  type ReadinessCheck,
  SystemClock,
} from '#common/platform';
import { ALARM_CONTROLLERS, ALARM_PROVIDERS } from './alarms/alarm-providers.js';
import { AlarmWatch } from './alarms/alarm-watch.js';
import { AdaptersModule } from './adapters/adapters.module.js';
import { IngestorConfig } from './ingestor.config.js';
import type { IngestorServices } from './ingestor.services.js';
import { IngestorShutdown } from './ingestor.shutdown.js';
import { AddressPool, portRange } from './receptions/address-pool.js';
import { ForeignResumption } from './receptions/foreign-resumption.js';
import { ForeignShips } from './receptions/foreign-ships.js';
import { HoldingsLoop } from './receptions/holdings.loop.js';
import { KernelDropWatch } from './receptions/kernel-drop-watch.js';
import { LatePackets } from './receptions/late-packets.js';
import { MissingRangesService } from './receptions/missing-ranges.service.js';
import { PreparedReceptions } from './receptions/prepared-receptions.js';
import { ReceptionCourse } from './receptions/reception-course.js';
import { ReceptionListener } from './receptions/reception-listener.js';
import { ReceptionPlaces } from './receptions/reception-places.js';
import { ReceptionResumption } from './receptions/reception-resumption.js';
import { ReceptionsConsumer } from './receptions/receptions.consumer.js';
import { ReceptionsController } from './receptions/receptions.controller.js';
import { ReceptionsHealth } from './receptions/receptions.health.js';
import { ReceptionsService } from './receptions/receptions.service.js';
import { StreamControl } from './receptions/stream-control.js';
import { BatchQueue } from './archive/batch-queue.js';
import { ArchiveWriter } from './archive/archive-writer.js';
import { LeftOutBlocks } from './archive/left-out.port.js';
import { ContactKeys } from './intake/contact-keys.js';
import { DatagramAccounts } from './intake/datagram-accounts.js';
import { DatagramsConsumer } from './intake/datagrams.consumer.js';
import { ForeignIntake } from './intake/foreign-intake.js';
import { HotList } from './intake/hot-list.port.js';
import { PacketIntake } from './intake/packet-intake.js';
import { PacketOutlet } from './intake/packet-outlet.js';
import { Plausibility } from './intake/plausibility.js';
import { MinuteUpkeep } from './archive/minute-upkeep.js';
import { PartitionUpkeep } from './archive/partition-upkeep.js';
import { ReceptionRoutes } from './intake/reception-routes.js';
import { PacketReaders } from './packets/packet-readers.js';
import { SAMPLE_CONTROLLERS, SAMPLE_PROVIDERS } from './samples/sample-providers.js';
import { StrayCounters } from './intake/stray-counters.js';
import { TelemetryIntake } from './intake/telemetry-intake.js';
import { TextIntake } from './intake/text-intake.js';
import { SampleFeed } from './live/sample-feed.js';
import { chooseReceiver } from './udp/receiver-choice.js';
import { LIVE_CONTROLLERS, LIVE_PROVIDERS } from './live/live-providers.js';
import { REPLAY_CONTROLLERS, REPLAY_PROVIDERS } from './replays/replay-providers.js';
import { UdpHealth } from './udp/udp.health.js';
import { UdpModule } from './udp/udp.module.js';
import { UdpServer } from './udp/udp.server.js';

const TELEMETRY = [
  ArchiveWriter,
  MinuteUpkeep,
  PartitionUpkeep,
  ReceptionRoutes,
  StrayCounters,
  SampleFeed,
  DatagramAccounts,
  PacketOutlet,
  PacketIntake,
  ForeignIntake,
  TextIntake,
  TelemetryIntake,
  ...SAMPLE_PROVIDERS,
  ...ALARM_PROVIDERS,
];
const RECEPTIONS = [
  HoldingsLoop,
  KernelDropWatch,
  LatePackets,
  MissingRangesService,
  { provide: LeftOutBlocks, useExisting: LatePackets },
  ReceptionPlaces,
  PreparedReceptions,
  ReceptionsService,
  ReceptionCourse,
  ReceptionListener,
  ReceptionResumption,
  ForeignShips,
  ForeignResumption,
  StreamControl,
  ReceptionsHealth,
];

@Module({})
export class IngestorModule {
  static forRoot(config: IngestorConfig, services: IngestorServices): DynamicModule {
    const core = coreOf(config, services);
    return {
      module: IngestorModule,
      imports: [
        core,
        HealthModule.forRootAsync({
          imports: [core],
          inject: [
            HotList,
            BatchQueue,
            UdpHealth,
            ArchiveWriter,
            MinuteUpkeep,
            PartitionUpkeep,
            ReceptionsHealth,
            AlarmWatch,
            LatePackets,
          ],
          useFactory: (hot: HotList, queue: BatchQueue, ...checks: ReadinessCheck[]) => ({
            readiness: [
              ...checks,
              { part: 'spool', check: () => queue.health() },
              { part: 'hot_lists', check: () => hot.health() },
              { part: 'bus', check: () => services.bus.health() },
            ],
          }),
        }),
      ],
      controllers: [
        DatagramsConsumer,
        HealthcheckController,
        ReceptionsConsumer,
        ReceptionsController,
        ...SAMPLE_CONTROLLERS,
        ...LIVE_CONTROLLERS,
        ...REPLAY_CONTROLLERS,
        ...ALARM_CONTROLLERS,
      ],
    };
  }
}

@Module({})
class IngestorCoreModule {}

/** Both are checked. */
const plausibilityOf = ({ TELEMETRY_EARLIEST, TELEMETRY_LATEST }: IngestorConfig): Plausibility =>
  new Plausibility({
    first: parseInstant(TELEMETRY_EARLIEST)!,
    last: parseInstant(TELEMETRY_LATEST)!,
  });

/** All but the ways in: health needs it too. */
function coreOf(config: IngestorConfig, services: IngestorServices): DynamicModule {
  const { INGESTOR_UDP_HOST: host, INGESTOR_UDP_PORT: port, INGESTOR_PORT_POOL: pool } = config;
  const receiver = chooseReceiver(config.INGESTOR_UDP_RECEIVER);
  const { clock = new SystemClock() } = services;
  const adapters = AdaptersModule.forRoot(config, { ...services, clock });
  const udp = UdpModule.forRoot({ host, port, clock, receiver });
  return {
    module: IngestorCoreModule,
    imports: [adapters, udp],
    providers: [
      ...TELEMETRY,
      ...RECEPTIONS,
      ...LIVE_PROVIDERS,
      ...REPLAY_PROVIDERS,
      IngestorShutdown,
      {
        provide: ContactKeys,
        useFactory: () => new ContactKeys(config.TELEMETRY_SECRET ?? null),
      },
      { provide: Plausibility, useFactory: () => plausibilityOf(config) },
      {
        provide: AddressPool,
        inject: [UdpServer, PacketReaders],
        useFactory: (server: UdpServer, { foreignApids }: PacketReaders) =>
          new AddressPool(server, portRange(pool), clock, randomInt(APID_MAX), foreignApids),
      },
    ],
    exports: [...TELEMETRY, ...RECEPTIONS, ...LIVE_PROVIDERS, ...REPLAY_PROVIDERS, adapters, udp],
  };
}

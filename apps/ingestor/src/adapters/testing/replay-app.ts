import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock, createHttpApp, SystemClock } from '#common/platform';
import { MemoryReceptionStore } from '../memory/memory-reception.store.js';
import type { MemoryTables } from '../memory/memory-tables.js';
import { MemoryTelemetryArchive } from '../memory/memory-telemetry.archive.js';
import { TelemetryArchive } from '../../archive/telemetry-archive.port.js';
import { IngestorConfig } from '../../ingestor.config.js';
import { LIVE_CONTROLLERS, LIVE_PROVIDERS } from '../../live/live-providers.js';
import { UdpServer } from '../../udp/udp.server.js';
import { SampleFeed } from '../../live/sample-feed.js';
import { PacketReaders, readPacketReaders } from '../../packets/packet-readers.js';
import { ReceptionStore } from '../../receptions/reception-store.port.js';
import { REPLAY_CONTROLLERS, REPLAY_PROVIDERS } from '../../replays/replay-providers.js';

@Module({})
class ReplaysModule {}

export interface ReplayApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
}

/** Replays of what is in these tables, behind the same door as in the app, on any free port. */
export async function replayApp(
  tables: MemoryTables,
  settings: Partial<IngestorConfig> = {},
): Promise<ReplayApp> {
  // Not where the system takes the free ports from that tests replay to.
  const pool = { INGESTOR_PORT_POOL: '22000-22255' };
  const config = Object.assign(new IngestorConfig(), pool, settings);
  const app = await createHttpApp(
    {
      module: ReplaysModule,
      providers: [
        ...LIVE_PROVIDERS,
        ...REPLAY_PROVIDERS,
        SampleFeed,
        { provide: Clock, useClass: SystemClock },
        {
          provide: UdpServer,
          useFactory: () => new UdpServer({ host: '127.0.0.1', port: 0, clock: new SystemClock() }),
        },
        { provide: IngestorConfig, useValue: config },
        { provide: PacketReaders, useFactory: () => readPacketReaders() },
        { provide: TelemetryArchive, useValue: new MemoryTelemetryArchive(tables) },
        { provide: ReceptionStore, useValue: new MemoryReceptionStore(tables) },
      ],
      controllers: [...LIVE_CONTROLLERS, ...REPLAY_CONTROLLERS],
    },
    { title: 'Replays', description: 'Replays', logger: { log() {}, error() {}, warn() {} } },
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}

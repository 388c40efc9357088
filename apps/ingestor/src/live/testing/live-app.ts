import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Clock, createHttpApp, SystemClock } from '#common/platform';
import { IngestorConfig } from '../../ingestor.config.js';
import { PacketReaders, readPacketReaders } from '../../packets/packet-readers.js';
import { LIVE_CONTROLLERS, LIVE_PROVIDERS } from '../live-providers.js';
import { SampleFeed } from '../sample-feed.js';

@Module({})
class LiveModule {}

export interface LiveApp {
  readonly app: NestFastifyApplication;
  readonly port: number;
}

/** What tells of the present, behind the same door as in the app, on any free port. */
export async function liveApp(
  settings: Partial<IngestorConfig> = {},
  clock: Clock = new SystemClock(),
): Promise<LiveApp> {
  const config = Object.assign(new IngestorConfig(), settings);
  const app = await createHttpApp(
    {
      module: LiveModule,
      providers: [
        ...LIVE_PROVIDERS,
        SampleFeed,
        { provide: Clock, useValue: clock },
        { provide: IngestorConfig, useValue: config },
        { provide: PacketReaders, useFactory: () => readPacketReaders() },
      ],
      controllers: LIVE_CONTROLLERS,
    },
    { title: 'Live', description: 'Live', logger: { log() {}, error() {}, warn() {} } },
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, port };
}

import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp } from '#common/platform';
import { TelemetryArchive } from '../../archive/telemetry-archive.port.js';
import { PacketReaders } from '../../packets/packet-readers.js';
import { SAMPLE_CONTROLLERS, SAMPLE_PROVIDERS } from '../../samples/sample-providers.js';
import { readers } from './filled-archive.js';

@Module({})
class SamplesModule {}

/** What people ask of this archive, behind the same door as in the app. */
export async function samplesApp(archive: TelemetryArchive): Promise<NestFastifyApplication> {
  const app = await createHttpApp(
    {
      module: SamplesModule,
      providers: [
        ...SAMPLE_PROVIDERS,
        { provide: TelemetryArchive, useValue: archive },
        { provide: PacketReaders, useValue: readers },
      ],
      controllers: SAMPLE_CONTROLLERS,
    },
    { title: 'Samples', description: 'Samples', logger: { log() {}, error() {}, warn() {} } },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

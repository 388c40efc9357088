import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connectBus } from '#common/messaging';
import { createHttpApp, portFault, StructuredLogger } from '#common/platform';
import { AlarmWatch } from './alarms/alarm-watch.js';
import type { IngestorConfig } from './ingestor.config.js';
import { IngestorModule } from './ingestor.module.js';
import type { IngestorServices } from './ingestor.services.js';
import { HoldingsLoop } from './receptions/holdings.loop.js';
import { UdpServer } from './udp/udp.server.js';

/** Everything between create and listen; `main.ts`, `apps/all` and the tests call it. */
export async function createIngestor(
  config: IngestorConfig,
  services: IngestorServices,
): Promise<NestFastifyApplication> {
  const app = await createHttpApp(IngestorModule.forRoot(config, services), {
    title: 'Ingestor',
    description: 'Receives telemetry over UDP, keeps every sample, accounts for every datagram.',
    logger: services.logger ?? new StructuredLogger('ingestor', config),
  });
  const udp = app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(UdpServer) });
  const bus = connectBus(app, services.bus, 'ingestor');
  // In this order: what was open goes on where it was before any command can touch it.
  try {
    await udp.listen();
  } catch (fault) {
    const port = `UDP port ${config.INGESTOR_UDP_PORT} of ${config.INGESTOR_UDP_HOST}`;
    throw portFault(fault, port, 'INGESTOR_UDP_PORT');
  }
  await app.get(AlarmWatch).start();
  await app.get(HoldingsLoop).start();
  await bus.listen();
  return app;
}

import { DatagramSender, UdpDatagramSender } from '#common/datagrams';
import { IngestorConfig } from '../ingestor.config.js';
import { portRange } from '../receptions/address-pool.js';
import { UdpServer } from '../udp/udp.server.js';
import { RecordedShipController } from './recorded-ship.controller.js';
import { RecordedShip } from './recorded-ship.service.js';
import { ReplayTargets } from './replay-targets.js';
import { ReplaysController } from './replays.controller.js';
import { ReplaysService } from './replays.service.js';

/** What plays stored contacts again; needs the archive, the reports and the live events. */
export const REPLAY_PROVIDERS = [
  ReplaysService,
  RecordedShip,
  { provide: DatagramSender, useClass: UdpDatagramSender },
  {
    provide: ReplayTargets,
    inject: [IngestorConfig, UdpServer],
    useFactory: (config: IngestorConfig, udp: UdpServer) =>
      new ReplayTargets(config.INGESTOR_REPLAY_TARGETS, {
        open: () => udp.ports().map(({ port }) => port),
        shared: () => udp.sharedPort,
        pool: portRange(config.INGESTOR_PORT_POOL),
      }),
  },
];

export const REPLAY_CONTROLLERS = [ReplaysController, RecordedShipController];

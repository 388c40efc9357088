import { DatagramSender, StreamTargets, UdpDatagramSender } from '#common/datagrams';
import { IngestorConfig } from '../ingestor.config.js';
import { RecordedShipController } from './recorded-ship.controller.js';
import { RecordedShip } from './recorded-ship.service.js';
import { ReplaysController } from './replays.controller.js';
import { ReplaysService } from './replays.service.js';

/** What plays stored contacts again; needs the archive, the reports and the live events. */
export const REPLAY_PROVIDERS = [
  ReplaysService,
  RecordedShip,
  { provide: DatagramSender, useClass: UdpDatagramSender },
  {
    provide: StreamTargets,
    inject: [IngestorConfig],
    useFactory: (config: IngestorConfig) => new StreamTargets(config.INGESTOR_REPLAY_TARGETS),
  },
];

export const REPLAY_CONTROLLERS = [ReplaysController, RecordedShipController];

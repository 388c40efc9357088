import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '#common/platform';
import { DatagramSender } from '../streams/datagram-sender.port.js';
import { UdpDatagramSender } from './udp-datagram.sender.js';

/** Which adapter stands behind which port. */
@Module({
  providers: [
    { provide: DatagramSender, useClass: UdpDatagramSender },
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [DatagramSender, Clock],
})
export class AdaptersModule {}

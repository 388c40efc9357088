import { Module } from '@nestjs/common';
import { DatagramSender, UdpDatagramSender } from '#common/datagrams';
import { Clock, SystemClock } from '#common/platform';

/** Which adapter stands behind which port. */
@Module({
  providers: [
    { provide: DatagramSender, useClass: UdpDatagramSender },
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [DatagramSender, Clock],
})
export class AdaptersModule {}

import { BaseRpcContext } from '@nestjs/microservices';
import type { DatagramBatch } from './datagram-batch.js';

/** What a handler may ask about its batch. */
export class UdpContext extends BaseRpcContext<[DatagramBatch]> {
  getLocalPort(): number {
    return this.getArgByIndex(0).port;
  }

  getReceivedAtMs(): number {
    return this.getArgByIndex(0).receivedAtMs;
  }
}

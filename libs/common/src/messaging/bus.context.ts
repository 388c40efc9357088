import { BaseRpcContext } from '@nestjs/microservices';
import type { Envelope } from './envelope.js';

/** What a handler may ask about its message. A request has no envelope. */
export class BusContext extends BaseRpcContext<[Envelope | null]> {
  getEnvelope(): Envelope | null {
    return this.args[0];
  }
}

import type { ClientProxy, CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { PartHealth } from '#common/platform';
import type { Envelope } from './envelope.js';

/** Names our transport in `@EventPattern(key, BUS)`, whatever carries the messages. */
export const BUS = Symbol('BUS');

/** An exchange and a queue between them hold a message; what a handler may count on is in Envelope. */
export type BusServer = Server & CustomTransportStrategy;

/** Takes messages for whoever listens to their type. */
export interface Publisher {
  /**
   * Done when the message is as safe as the bus can keep it.
   * @throws {UnroutableError} nobody listens; {DeadLetteredError} a listener cannot handle it; or
   *   whatever keeps the bus from taking it now
   */
  publish(message: Envelope): Promise<void>;
}

/**
 * What carries messages between the apps: one topic exchange, one queue per app, bound to the keys
 * that the app's handlers name. A message comes at least once and in any order.
 */
export abstract class Bus {
  /** The way in for one app, for `connectMicroservice({ strategy })`. */
  abstract server(app: string): BusServer;
  /** The way out of messages. */
  abstract publisher(): Publisher;
  /** For requests: `send(key, data)` asks, and needs a timeout by its caller. `emit` publishes. */
  abstract client(): ClientProxy;
  abstract health(): PartHealth;
  abstract close(): Promise<void>;
}

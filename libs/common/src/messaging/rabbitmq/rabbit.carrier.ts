import type { Clock } from '#common/platform';
import type { RabbitConnection } from './rabbit.connection.js';
import type { RabbitPublisher } from './rabbit.publisher.js';
import type { RabbitServer } from './rabbit.server.js';
import type { Topology } from './topology.js';

/** What the bus lends to each of its servers. */
export interface RabbitCarrier {
  /** Only for consuming: the broker may block a connection that publishes. */
  readonly consumption: RabbitConnection;
  readonly publisher: RabbitPublisher;
  readonly topology: Topology;
  readonly clock: Clock;
  readonly bootMsMax: number;
  readonly handlerMsMax: number;
  readonly redeliveryDelaysMs: readonly number[];
  onServerClosed(server: RabbitServer): void;
}

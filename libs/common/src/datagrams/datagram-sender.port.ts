import type { StreamTarget } from './stream-targets.js';

/** A way to one target. */
export interface DatagramChannel {
  /**
   * Sends them in this order and resolves once the network took or refused each: whoever waits for
   * that never fills a queue. Resolves with the places in the list of those that it did not take, in
   * ascending order. Never rejects; after `close` it takes none.
   */
  send(datagrams: readonly Buffer[]): Promise<readonly number[]>;
  /** How often the network said no so far: nobody listens at the target, or a send failed. */
  readonly refusalCount: number;
  close(): Promise<void>;
}

export abstract class DatagramSender {
  /** Rejects when no datagram can be sent to the target from here. */
  abstract open(target: StreamTarget): Promise<DatagramChannel>;
}

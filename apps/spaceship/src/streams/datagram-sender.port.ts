import type { StreamTarget } from './stream-targets.js';

/** A way to one target. */
export interface DatagramChannel {
  /**
   * Sends them in this order and resolves with how many the network took, once it took or refused
   * each: whoever waits for that never fills a queue. Never rejects; after `close` it takes none.
   */
  send(datagrams: readonly Buffer[]): Promise<number>;
  /** How often the network said no so far: nobody listens at the target, or a send failed. */
  readonly refusalCount: number;
  close(): Promise<void>;
}

export abstract class DatagramSender {
  /** Rejects when no datagram can be sent to the target from here. */
  abstract open(target: StreamTarget): Promise<DatagramChannel>;
}

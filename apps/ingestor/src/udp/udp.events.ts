/** The pattern of handlers: `@EventPattern(DATAGRAMS, UDP)`. */
export const DATAGRAMS = 'datagrams';
export const UDP = Symbol('UDP');

export type UdpStatus = 'ok' | 'unavailable' | 'failed';

export interface Datagram {
  readonly data: Buffer;
  /** Where it says it comes from: a sender can forge both. */
  readonly address: string;
  readonly port: number;
}

/** `received = handled + failed + shed` + what still waits. */
export interface UdpCounters {
  readonly received: number;
  readonly bytes: number;
  readonly handled: number;
  /** Given to a handler that threw. */
  readonly failed: number;
  /** Dropped, because the handlers did not keep up. */
  readonly shed: number;
  readonly batches: number;
  readonly failedBatches: number;
}

/** What callers may listen to, before or after the sockets are bound. */
export type UdpEvents = {
  listening: (port: number) => void;
  close: (port: number) => void;
  error: (fault: Error, port: number) => void;
  /** One call per dropped datagram, so that whoever accounts for it can look at it. */
  shed: (port: number, datagram: Datagram) => void;
};

export const NO_COUNTERS: UdpCounters = {
  received: 0,
  bytes: 0,
  handled: 0,
  failed: 0,
  shed: 0,
  batches: 0,
  failedBatches: 0,
};

export const addedCounters = (a: UdpCounters, b: UdpCounters): UdpCounters => ({
  received: a.received + b.received,
  bytes: a.bytes + b.bytes,
  handled: a.handled + b.handled,
  failed: a.failed + b.failed,
  shed: a.shed + b.shed,
  batches: a.batches + b.batches,
  failedBatches: a.failedBatches + b.failedBatches,
});

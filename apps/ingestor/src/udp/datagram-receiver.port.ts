import type { EventEmitter } from 'node:events';
import type { Clock } from '#common/platform';
import type { DatagramBatch } from './datagram-batch.js';
import type { SlabPool } from './loop/slab-pool.js';
import type { Datagram } from './udp.events.js';

/** Node's socket on the main loop, or in a thread of its own; a thread in C. */
export type ReceiverKind = 'loop' | 'plain' | 'native';

/** Of one socket since it was bound. */
export interface ReceiverTraffic {
  /** Taken from the socket. */
  readonly received: number;
  /** As they were sent, also of what was kept only in part. */
  readonly bytes: number;
  /** Of the received, dropped for want of room. */
  readonly shed: number;
  /** Received, neither shed nor released yet. */
  readonly waiting: number;
}

export interface ReceiverOptions {
  readonly host: string;
  /** 0 takes any. */
  readonly port: number;
  readonly receiveBufferBytes: number;
  /** Datagrams in a batch. */
  readonly batchMax: number;
  readonly pool: SlabPool;
  readonly clock: Clock;
  /** There may be something to take; may come too often, never too seldom. */
  readonly onReadable: () => void;
  /** Counted already. The newest one goes: what waits longest is the hardest to have again. */
  readonly onShed: (datagram: Datagram) => void;
  /** Told once the socket is bound; it may be of no more use. */
  readonly onError: (fault: Error) => void;
}

/**
 * One bound socket. What comes is given as batches in order of arrival, and nothing is dropped
 * uncounted: each datagram is received, or the kernel counts it among its drops.
 */
export abstract class DatagramReceiver {
  abstract readonly kind: ReceiverKind;
  abstract readonly port: number;
  /** The local one, as the system prints it. */
  abstract readonly address: string;
  /** What the system granted, as it counts: Linux says twice of what it gives to data. */
  abstract readonly receiveBufferBytes: number;
  abstract readonly traffic: ReceiverTraffic;
  /** What tells `error` and `close`: on the main loop the socket of Node itself. */
  abstract readonly socket: EventEmitter;

  /** The oldest batch; null when nothing waits. Its memory stays as it is until it is released. */
  abstract take(): DatagramBatch | null;
  /** The memory may serve again. Once for each batch, in order. */
  abstract release(batch: DatagramBatch): void;
  /** What waits is dropped without a count: drain first. Idempotent. */
  abstract close(): Promise<void>;
}

/** Rejects, with the code of the system, when the port is taken or forbidden; nothing is open then. */
export type OpenReceiver = (options: ReceiverOptions) => Promise<DatagramReceiver>;

import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import type { DatagramBatch } from '../udp/datagram-batch.js';
import type { Datagram } from '../udp/udp.events.js';

/**
 * The datagram that is looked at, where it lies. One object serves for all: an object each would cost
 * as much as reading it.
 */
export class Arrival {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  /** As it was sent: more than what was kept, where no format of ours is so long. */
  length = 0;
  /** Where it says it comes from: a sender can forge both. */
  address = '';
  port = 0;
  receivedAt: Instant = 0;
  /** By the clock that never steps. */
  nowMs = 0;

  /** The next ones are of this batch. */
  enter({ bytes, receivedAtMs }: DatagramBatch, nowMs: number): void {
    this.bytes = bytes;
    // A receiver may know fractions of milliseconds; an instant has none of its microseconds.
    this.receivedAt = Math.round(receivedAtMs * MICROS_PER_MILLISECOND);
    this.nowMs = nowMs;
  }

  turnTo(batch: DatagramBatch, nr: number): void {
    this.start = batch.starts[nr]!;
    this.length = batch.lengths[nr]!;
    this.address = batch.addresses[nr]!;
    this.port = batch.ports[nr]!;
  }

  /** One that came by itself. */
  become({ data, address, port }: Datagram): void {
    this.bytes = data;
    this.start = 0;
    this.length = data.length;
    this.address = address;
    this.port = port;
  }
}

/** Of what is shorter than two bytes, no matter what: the caller looks at the length. */
export const apidIn = ({ bytes, start }: Arrival): number =>
  ((bytes[start]! & 0x07) << 8) | bytes[start + 1]!;

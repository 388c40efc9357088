import {
  type DatagramBatch,
  DATAGRAM_BYTES_MAX,
} from '../../apps/ingestor/src/udp/datagram-batch.js';
import type { Datagram } from '../../apps/ingestor/src/udp/udp.events.js';

/** Copies: the batch's memory serves the next one. */
export const datagramsOf = (batch: DatagramBatch): Datagram[] =>
  Array.from({ length: batch.count }, (_, at) => ({
    data: Buffer.from(dataOf(batch, at)),
    address: batch.addresses[at]!,
    port: batch.ports[at]!,
  }));

export const textsOf = (batch: DatagramBatch): string[] =>
  datagramsOf(batch).map(({ data }) => data.toString());

function dataOf({ bytes, starts, lengths }: DatagramBatch, at: number): Buffer {
  const start = starts[at]!;
  return bytes.subarray(start, start + Math.min(lengths[at]!, DATAGRAM_BYTES_MAX));
}

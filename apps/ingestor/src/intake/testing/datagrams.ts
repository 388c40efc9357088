import type { DatagramBatch } from '../../udp/datagram-batch.js';
import { DATAGRAM_BYTES_MAX } from '../../udp/datagram-batch.js';
import type { Datagram } from '../../udp/udp.events.js';

export const SHIP_ADDRESS = '127.0.0.1';
export const SHIP_PORT = 5_000;
/** In parts of a microsecond, as the kernel tells it. */
export const RECEIVED_AT_MS = 1_900_000_000_000.000_244_140_625;

/** As from a ship, unless it says otherwise. */
export const datagram = (data: Buffer, port = SHIP_PORT, address = SHIP_ADDRESS): Datagram => ({
  data,
  port,
  address,
});

/** As a receiver gives them: one after the other, with bytes of others around. */
export function batchOf(port: number, ...datagrams: readonly Datagram[]): DatagramBatch {
  const kept = datagrams.map(({ data }) => data.subarray(0, DATAGRAM_BYTES_MAX));
  const around = Buffer.alloc(7, 0xa5);
  const starts = new Uint32Array(datagrams.length);
  let at = around.length;
  kept.forEach((data, nr) => {
    starts[nr] = at;
    at += data.length;
  });
  return {
    port,
    receivedAtMs: RECEIVED_AT_MS,
    count: datagrams.length,
    bytes: Buffer.concat([around, ...kept, around]),
    starts,
    lengths: Uint32Array.from(datagrams, ({ data }) => data.length),
    addresses: datagrams.map(({ address }) => address),
    ports: Uint16Array.from(datagrams, ({ port: from }) => from),
  };
}

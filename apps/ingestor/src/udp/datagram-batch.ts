/** Of a longer datagram only so much is kept: no format of ours is half as long. */
export const DATAGRAM_BYTES_MAX = 2_048;

/**
 * What one local port received in a row, in order of arrival, as columns: an object per datagram would
 * cost as much as reading it. Valid until the handler is done; then its memory serves the next one.
 */
export interface DatagramBatch {
  /** The local port. */
  readonly port: number;
  /** When the last of them was taken from the socket, Unix milliseconds, maybe with a fraction. */
  readonly receivedAtMs: number;
  readonly count: number;
  readonly bytes: Buffer;
  /** Where in `bytes` each begins. */
  readonly starts: Uint32Array;
  /** As it was sent; of more than `DATAGRAM_BYTES_MAX` the rest is not there. */
  readonly lengths: Uint32Array;
  /** Where each says it comes from: a sender can forge both. */
  readonly addresses: readonly string[];
  readonly ports: Uint16Array;
}

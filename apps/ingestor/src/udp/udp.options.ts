import type { Clock } from '#common/platform';
import type { ReceiverChoice } from './receiver-choice.js';

/** A small datagram is charged about 830 bytes of it: the default of Linux holds only 256. */
export const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
export const DATAGRAMS_PER_BATCH_MAX = 1_024;
export const DATAGRAMS_QUEUED_MAX = 65_536;
/** Of the memory that they wait in; the receivers with a thread have pools of their own. */
export const QUEUED_BYTES_MAX = 64 * 1024 * 1024;

export interface UdpServerOptions {
  readonly host: string;
  /** The shared port, bound by `listen`; 0 takes any. */
  readonly port: number;
  readonly clock: Clock;
  /** Of the shared port; without one it is read on the main loop. */
  readonly receiver?: ReceiverChoice;
  readonly batchMax?: number;
  readonly queuedMax?: number;
}

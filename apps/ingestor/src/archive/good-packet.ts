import type { FrameHead } from './packet-frame.js';

/**
 * A packet that was counted as good, where it lies. Valid until the call that it is given to is done:
 * one object serves for all packets.
 */
export interface GoodPacket extends FrameHead {
  /** How it is read: the name of a packet definition. */
  readonly definition: string;
  readonly bytes: Buffer;
  readonly start: number;
  readonly length: number;
  readonly samples: number;
  /** As many as there are samples, or more; a battery may stand there twice. */
  readonly batteries: Uint8Array;
}

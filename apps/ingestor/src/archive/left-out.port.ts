import type { PacketBlock } from './packet-block.js';

/** Takes what the archive leaves out: blocks of receptions that this process does not hold (any more). */
export abstract class LeftOutBlocks {
  /** Keeps them as long as they may be of use, and never fails. */
  abstract take(blocks: readonly PacketBlock[]): void;
}

import type { Instant } from '#common/domain';
import type { FieldLevel } from './levels/level-accumulator.js';
import type { Replacement } from './merging/block-merge.js';
import type { BlockPosition, PacketBlock } from './packet-block.js';

/** A minute of a ship that got packets, or lost some, since its levels were worked out. */
export interface WaitingMinute {
  readonly shipId: number;
  readonly minute: Instant;
}

export interface ListedMinute extends WaitingMinute {
  /** Nothing has come for it for a while. */
  readonly isQuiet: boolean;
}

/** A block without its packets. */
export interface BlockHead extends BlockPosition, Pick<PacketBlock, 'definition'> {
  readonly bytes: number;
}

export interface LevelledMinute extends WaitingMinute {
  /** The blocks that the levels were worked out from. */
  readonly heads: readonly BlockPosition[];
  /** What is still to be replaced of them. */
  readonly replacement: Replacement;
  readonly levels: readonly FieldLevel[];
}

/** The minutes that wait to be merged and to get their levels. */
export abstract class WaitingMinutes {
  /** The newest first, those after `after`. */
  abstract list(after: WaitingMinute | null, limit: number): Promise<ListedMinute[]>;
  abstract counts(): Promise<{ readonly waiting: number; readonly oldest: Instant | null }>;
  /** Null while another process is at this ship. Whoever gets it must release it. */
  abstract claim(shipId: number): Promise<MinuteKeeper | null>;
  /** Whatever a keeper of this process is at fails soon. */
  abstract abort(): Promise<void>;
}

export interface MinuteKeeper {
  /** Of the blocks of a minute, the first `limit` by contact, fence and definition. */
  heads(minute: Instant, limit: number): Promise<BlockHead[]>;
  /** In any order; less than asked for when some are gone. */
  blocks(minute: Instant, positions: readonly BlockPosition[]): Promise<PacketBlock[]>;
  /**
   * Puts merged blocks in the place of others. False, and nothing changes, when one of these is gone.
   * @throws {MinuteRightsError}
   */
  replace(minute: Instant, replacement: Replacement): Promise<boolean>;
  /**
   * Replaces blocks and stores the levels of the minute, of its hour and its day at once; the minute
   * waits no longer. False, and nothing changes, when it has other blocks by now, when another process
   * is at it, or when it does not wait any more.
   * @throws {MinuteRightsError}
   */
  finish(minute: LevelledMinute): Promise<boolean>;
  release(): Promise<void>;
}

/** Who runs the database can mend it. */
export class MinuteRightsError extends Error {
  override readonly name = 'MinuteRightsError';
}

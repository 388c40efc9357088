import type { Instant } from '#common/domain';
import type { ArchiveWeek } from './week.js';

/**
 * The archive in parts: a partition per week of generation, and partitions for blocks that have no
 * week of their own. A block is stored whether or not its week has a partition.
 */
export abstract class BlockPartitions {
  /** Null while another process holds the claim. Whoever gets it must release it. */
  abstract claim(): Promise<PartitionKeeper | null>;
  /** Whatever a keeper of this process is at fails soon. */
  abstract abort(): Promise<void>;
}

export interface PartitionKeeper {
  /** That have a partition of their own, the oldest first. */
  weeks(): Promise<ArchiveWeek[]>;
  /**
   * Gives a week its partition and moves there what came before it. False, and nothing changes,
   * when that is too much to be moved while others wait.
   * @throws {PartitionRightsError}
   */
  create(week: ArchiveWeek): Promise<boolean>;
  /**
   * Removes a week with all its blocks and levels, and counts the samples off their ships. False, and
   * nothing changes, when an open reception has blocks in it or one was received at `keepFrom` or
   * after.
   * @throws {PartitionRightsError}
   */
  drop(week: ArchiveWeek, keepFrom: Instant): Promise<boolean>;
  /** Finishes drops that a crash cut short; what was received at `keepFrom` or after is stored anew. */
  finishDrops(keepFrom: Instant): Promise<void>;
  /**
   * Deletes blocks without a week that were received before `keepFrom`, but for those of open
   * receptions, and counts their samples off their ships. Their minutes wait for new levels.
   * @returns how many, at most `max`.
   */
  deleteStray(keepFrom: Instant, max: number): Promise<number>;
  release(): Promise<void>;
}

/** Who runs the database can mend it. */
export class PartitionRightsError extends Error {
  override readonly name = 'PartitionRightsError';
}

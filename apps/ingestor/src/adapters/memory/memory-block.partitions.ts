import { type PartitionKeeper, BlockPartitions } from '../../archive/partitions.port.js';
import type { ArchiveWeek } from '../../archive/week.js';

/** Knows weeks, but no blocks. */
export class MemoryBlockPartitions extends BlockPartitions implements PartitionKeeper {
  readonly #weeks: ArchiveWeek[] = [];
  /** What every claim fails with from now on. */
  fault: Error | null = null;
  /** Weeks that hold too much for a partition of their own. */
  readonly crowded = new Set<number>();
  refusedCount = 0;
  isClaimed = false;

  async claim(): Promise<PartitionKeeper | null> {
    if (this.fault) throw this.fault;
    if (this.isClaimed) return null;
    this.isClaimed = true;
    return this;
  }

  async abort(): Promise<void> {}

  async weeks(): Promise<ArchiveWeek[]> {
    return this.#weeks.toSorted((a, b) => a.start - b.start);
  }

  async create(week: ArchiveWeek): Promise<boolean> {
    const isRefused = this.crowded.has(week.start);
    if (isRefused) this.refusedCount += 1;
    else this.#weeks.push(week);
    return !isRefused;
  }

  async drop(week: ArchiveWeek): Promise<boolean> {
    const at = this.#weeks.findIndex(({ start }) => start === week.start);
    this.#weeks.splice(at, 1);
    return true;
  }

  async finishDrops(): Promise<void> {}

  async deleteStray(): Promise<number> {
    return 0;
  }

  async release(): Promise<void> {
    this.isClaimed = false;
  }
}

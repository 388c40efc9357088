import type { PartHealth } from '#common/platform';
import type { ArchiveBatch } from '../telemetry-archive.port.js';

/** Batches on a disk of this machine, while the archive is away. In order: first in, first out. */
export abstract class BatchSpool {
  /** Batches that are in it. */
  abstract readonly length: number;
  /** Of all of them. */
  abstract readonly samples: number;
  /** Batches since the start that could not be read any more: `first` has passed them over. */
  abstract readonly lost: number;
  /**
   * Done when the batch survives the process. False, and nothing changes, when there is no room for
   * it: the limit is reached, the disk is full or does not work.
   */
  abstract append(batch: ArchiveBatch): Promise<boolean>;
  /** The oldest; it stays until it is removed. Null when there is none. */
  abstract first(): Promise<ArchiveBatch | null>;
  abstract removeFirst(): Promise<void>;
  abstract health(): PartHealth;
}

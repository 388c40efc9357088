/** An ingestor that was not heard of for so long is dead: others take what it holds. */
export const LEASE_MS = 2_500;

/** The unfinished receptions of this process by contact, and whether each was called off. */
export type Held = ReadonlyMap<string, boolean>;

/**
 * Who of several ingestors holds which reception. Each has a lease, by the clock of the store alone.
 * Whoever lost a reception can write nothing to it any more: the stores refuse.
 */
export abstract class Holdings {
  /** This process is the ingestor of its name now, and holds what former ones of the name held. */
  abstract enter(): Promise<void>;
  /** Prolongs the lease. Null when another process has entered under the name. */
  abstract beat(): Promise<Held | null>;
  /**
   * Takes receptions of ingestors whose lease has run out: the share of one among all that live, at
   * most `limit`, oldest first. Their contacts. Nothing when this process's own has run out.
   */
  abstract adopt(limit: number): Promise<string[]>;
  /** Ends the lease, so that others need not wait for it. */
  abstract leave(): Promise<void>;
}

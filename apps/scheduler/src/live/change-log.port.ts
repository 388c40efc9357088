import type { ContactEvent } from '#common/contracts';
import type { ContactState, Instant } from '#common/domain';

/** A change of a contact, as the history keeps it. */
export interface ContactChanged {
  /** Dense, from 1, in the order in which changes became visible. */
  readonly number: number;
  readonly at: Instant;
  readonly by: string;
  readonly reason: string | null;
  readonly state: ContactState;
  /** The contact as it was then. */
  readonly contact: ContactEvent;
}

/**
 * All changes of all contacts in one row of numbers. A number is given once its change is committed,
 * so whoever has read up to a number misses none below it, however many schedulers there are.
 */
export abstract class ChangeLog {
  /**
   * Gives the next numbers to up to `limit` changes that have none. Nothing while another scheduler
   * does so.
   * @returns how many got one
   */
  abstract number(limit: number): Promise<number>;
  /** The highest number given; 0 before the first. */
  abstract last(): Promise<number>;
  /** Up to `limit` changes behind a number, in order. Without gaps: each is one more than the one before. */
  abstract after(number: number, limit: number): Promise<ContactChanged[]>;
}

import type { ContactReport } from '#common/contracts';
import type { Contact, FaultParty, Instant } from '#common/domain';

/** An alarm to set: when which revision of a contact is due. */
export type DueContact = Pick<Contact, 'id' | 'revision' | 'startTime'>;

/** How a receiver says that a contact ended. */
export interface ContactEnd {
  readonly contactId: string;
  readonly fence: number;
  readonly endedAt: Instant;
  readonly state: 'completed' | 'failed';
  readonly fault: FaultParty | null;
  readonly reason: string | null;
  readonly report: ContactReport | null;
}

/**
 * The course of contacts from due to ended. The row decides: each step is one conditional update by
 * the database's clock, with history and outbox in the same transaction, so that any number of
 * triggers, in any process, come to one start.
 */
export abstract class ContactCourse {
  /**
   * Claims up to `limit` contacts that are due within `horizonMs` for this scheduler, and puts
   * `reception.prepare` into the outbox for them. A living scheduler's claim holds until a second
   * after the start time; one that does not call this for some seconds counts as dead. A contact that
   * was changed is claimed anew.
   * @returns those that this call claimed, earliest first
   */
  abstract claimDue(horizonMs: number, limit: number): Promise<DueContact[]>;
  /** Leaves all claims of this scheduler to the others. */
  abstract releaseClaims(): Promise<void>;
  /**
   * Starts those of `contactIds`, 1,000 at most, that are due: state `starting`, fence + 1,
   * `reception.open`. Never before the start time, never twice, never after the planned
   * end. It is done for good, also if the scheduler dies now; lists, history and live events may learn
   * of it with `settle`.
   * @returns the ids of those that this call started, earliest first
   */
  abstract start(contactIds: readonly string[]): Promise<string[]>;
  /** In the same way up to `limit` of all that are due, unless another scheduler has claimed them. */
  abstract startDue(limit: number): Promise<string[]>;
  /**
   * Writes down everywhere what this scheduler has started, and what one that is silent since has
   * left; commands that are not on the bus go into the outbox.
   */
  abstract settle(): Promise<void>;
  /** Gives up scheduled contacts whose window has passed. Returns how many. */
  abstract missPassed(limit: number, reason: string): Promise<number>;
  /** Fails running contacts of whose end nobody told within `graceMs` of the planned one. */
  abstract failUnreported(limit: number, graceMs: number, reason: string): Promise<number>;
  /** Scheduled contacts that are due within `horizonMs`, earliest first; those behind `after`. */
  abstract dueWithin(
    horizonMs: number,
    limit: number,
    after?: DueContact | null,
  ): Promise<DueContact[]>;
  /** The ship agreed to stream. False when that fence is not the one that is starting. */
  abstract began(contactId: string, fence: number): Promise<boolean>;
  /**
   * Ends a running contact, or gives its report to one that was stopped meanwhile. False when
   * nothing changed: an older fence, or told before.
   */
  abstract ended(end: ContactEnd): Promise<boolean>;
  /**
   * Gives a contact a newer report of the same start: the highest revision stands, also when it comes
   * before word of the end. False when nothing changed: an older revision, or another fence.
   */
  abstract revised(contactId: string, fence: number, report: ContactReport): Promise<boolean>;
}

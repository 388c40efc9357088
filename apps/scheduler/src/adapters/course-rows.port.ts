import type { ContactReport } from '#common/contracts';
import type { ContactEnd, DueContact } from '../starts/contact-course.port.js';
import type { StartedContact } from './contact-messages.js';

/**
 * What a course does to rows, each call in one transaction. A contact that has begun and is not written
 * down yet is still `scheduled` here, and nothing of it can be changed. Else as `ContactCourse` says.
 */
export abstract class CourseRows {
  abstract claimDue(horizonMs: number, limit: number): Promise<DueContact[]>;
  abstract releaseClaims(): Promise<void>;
  /** Begins those that are due. In any order. */
  abstract begin(contactIds: readonly string[]): Promise<StartedContact[]>;
  abstract beginDue(limit: number): Promise<StartedContact[]>;
  abstract missPassed(limit: number, reason: string): Promise<number>;
  abstract failUnreported(limit: number, graceMs: number, reason: string): Promise<number>;
  abstract dueWithin(
    horizonMs: number,
    limit: number,
    after?: DueContact | null,
  ): Promise<DueContact[]>;
  abstract began(contactId: string, fence: number): Promise<boolean>;
  abstract ended(end: ContactEnd): Promise<boolean>;
  abstract revised(contactId: string, fence: number, report: ContactReport): Promise<boolean>;
}

import type { ContactReport } from '#common/contracts';
import { ContactCourse, type ContactEnd, type DueContact } from '../starts/contact-course.port.js';
import type { BegunContacts } from './begun-contacts.js';
import type { StartedContact } from './contact-messages.js';
import type { CourseRows } from './course-rows.port.js';

/** Who has not written down by then what it began is dead, or cannot. */
const SILENT_MS = 2_000;

/** A course whose starts are one short line at their instant, and all else a little later. */
export class TwoStepCourse extends ContactCourse {
  constructor(
    private readonly rows: CourseRows,
    private readonly starts: BegunContacts,
  ) {
    super();
  }

  claimDue(horizonMs: number, limit: number): Promise<DueContact[]> {
    return this.rows.claimDue(horizonMs, limit);
  }

  releaseClaims(): Promise<void> {
    return this.rows.releaseClaims();
  }

  async start(contactIds: readonly string[]): Promise<string[]> {
    return this.#send(await this.rows.begin(contactIds));
  }

  async startDue(limit: number): Promise<string[]> {
    return this.#send(await this.rows.beginDue(limit));
  }

  settle(): Promise<void> {
    return this.starts.settle(SILENT_MS);
  }

  missPassed(limit: number, reason: string): Promise<number> {
    return this.rows.missPassed(limit, reason);
  }

  failUnreported(limit: number, graceMs: number, reason: string): Promise<number> {
    return this.rows.failUnreported(limit, graceMs, reason);
  }

  dueWithin(horizonMs: number, limit: number, after?: DueContact | null): Promise<DueContact[]> {
    return this.rows.dueWithin(horizonMs, limit, after);
  }

  began(contactId: string, fence: number): Promise<boolean> {
    return this.#afterItsStart(contactId, () => this.rows.began(contactId, fence));
  }

  ended(end: ContactEnd): Promise<boolean> {
    return this.#afterItsStart(end.contactId, () => this.rows.ended(end));
  }

  revised(contactId: string, fence: number, report: ContactReport): Promise<boolean> {
    return this.#afterItsStart(contactId, () => this.rows.revised(contactId, fence, report));
  }

  async #send(begun: readonly StartedContact[]): Promise<string[]> {
    const inTurn = begun.toSorted((a, b) => a.startTime - b.startTime);
    await this.starts.send(inTurn);
    return inTurn.map(({ id }) => id);
  }

  /** Receivers are fast: what they tell of can be here before the row says that the contact began. */
  async #afterItsStart(contactId: string, step: () => Promise<boolean>): Promise<boolean> {
    if (await step()) return true;
    await this.starts.settleIfBegun(contactId);
    // In any case: it may have been settled since the step before looked.
    return step();
  }
}

import { CONTACT_MISSED, type ContactReport } from '#common/contracts';
import { type Instant, MICROS_PER_MILLISECOND, plannedEnd } from '#common/domain';
import type { StoredContact } from '../../contacts/contact-store.port.js';
import {
  accounted,
  began,
  ended,
  givenUp,
  missed,
  revised,
  started,
} from '../../contacts/contact-steps.js';
import type { ContactEnd, DueContact } from '../../starts/contact-course.port.js';
import { contactFailedOf, receptionPrepareOf, type StartedContact } from '../contact-messages.js';
import { BY_INGESTOR, BY_SCHEDULER } from '../contact-row.js';
import { CourseRows } from '../course-rows.port.js';
import type { MemoryContactTables } from './memory-contact.tables.js';
import type { MemoryTransaction } from './memory-transaction.js';

type Step = (contact: StoredContact, transaction: MemoryTransaction) => StoredContact | null;
type Order = (contact: StoredContact) => number;

const byStart: Order = ({ startTime }) => startTime;

/** In memory. The clock of the tables is the only one that decides. */
export class MemoryCourseRows extends CourseRows {
  /** @param starter whose claims and starts these are */
  constructor(
    private readonly tables: MemoryContactTables,
    private readonly starter: string,
  ) {
    super();
  }

  async claimDue(horizonMs: number, limit: number): Promise<DueContact[]> {
    const { claims } = this.tables;
    return this.tables.transaction((transaction) => {
      const { now } = transaction;
      claims.live(this.starter, now);
      const free = this.#scheduledUntil(now + horizonMs * MICROS_PER_MILLISECOND)
        .filter((contact) => now < plannedEnd(contact) && claims.isFree(contact, now))
        .filter(({ id }) => !this.tables.begun.has(id))
        .slice(0, limit);
      for (const contact of free) {
        claims.claim(this.starter, contact);
        if (contact.startTime > now) transaction.send(receptionPrepareOf(contact));
      }
      return free.map(dueContactOf);
    });
  }

  async releaseClaims(): Promise<void> {
    this.tables.claims.release(this.starter);
  }

  async begin(contactIds: readonly string[]): Promise<StartedContact[]> {
    const wanted = new Set(contactIds);
    return this.#begin(wanted.size, ({ id }) => wanted.has(id));
  }

  async beginDue(limit: number): Promise<StartedContact[]> {
    return this.#begin(
      limit,
      (contact, now) => !this.tables.claims.isLeftTo(contact, this.starter, now),
    );
  }

  #begin(
    limit: number,
    isOurs: (contact: StoredContact, now: Instant) => boolean,
  ): StartedContact[] {
    return this.tables.transaction((transaction) => {
      const { now } = transaction;
      const step: Step = (contact) => (isOurs(contact, now) ? started(contact, now) : null);
      const begun = this.#step(transaction, limit, byStart, step);
      return begun.filter(({ id, fence }) =>
        transaction.begin({ contactId: id, fence, startedAt: now, starter: this.starter }),
      );
    });
  }

  async missPassed(limit: number, reason: string): Promise<number> {
    return this.tables.transaction((transaction) => {
      const step: Step = (contact) => missed(contact, transaction.now, reason);
      const passed = this.#step(transaction, limit, plannedEnd, step);
      for (const contact of passed) transaction.write(contact, CONTACT_MISSED, BY_SCHEDULER);
      return passed.length;
    });
  }

  async failUnreported(limit: number, graceMs: number, reason: string): Promise<number> {
    return this.tables.transaction((transaction) => {
      const step: Step = (contact) => givenUp(contact, transaction.now, { graceMs, reason });
      const unreported = this.#step(transaction, limit, plannedEnd, step);
      for (const contact of unreported) {
        transaction.write(contact, null, BY_SCHEDULER);
        transaction.send(contactFailedOf(contact));
      }
      return unreported.length;
    });
  }

  async dueWithin(
    horizonMs: number,
    limit: number,
    after: DueContact | null = null,
  ): Promise<DueContact[]> {
    const until = this.tables.now() + horizonMs * MICROS_PER_MILLISECOND;
    return this.#scheduledUntil(until)
      .filter((contact) => after === null || inTurn(contact, after) > 0)
      .toSorted(inTurn)
      .slice(0, limit)
      .map(dueContactOf);
  }

  async began(contactId: string, fence: number): Promise<boolean> {
    return this.#write(contactId, (contact) => began(contact, fence));
  }

  async ended(end: ContactEnd): Promise<boolean> {
    const isEnded = this.#write(end.contactId, (contact) => ended(contact, end));
    return isEnded || this.#account(end.contactId, (contact) => accounted(contact, end));
  }

  async revised(contactId: string, fence: number, report: ContactReport): Promise<boolean> {
    return this.#account(contactId, (contact) => revised(contact, fence, report));
  }

  /** Earliest first. */
  #scheduledUntil(until: Instant): StoredContact[] {
    return this.tables.openByStart.until(until).filter(({ state }) => state === 'scheduled');
  }

  /**
   * What becomes of the first of those that the step changes; no step is due before the start, and none
   * of what has begun a moment ago.
   */
  #step(
    transaction: MemoryTransaction,
    limit: number,
    order: Order,
    step: Step,
  ): readonly StoredContact[] {
    const next: StoredContact[] = [];
    for (const contact of this.tables.openByStart.until(transaction.now)) {
      const stepped = this.tables.begun.has(contact.id) ? null : step(contact, transaction);
      if (stepped) next.push(stepped);
    }
    return next.toSorted((a, b) => order(a) - order(b)).slice(0, limit);
  }

  #write(id: string, step: Step): boolean {
    return this.tables.transaction((transaction) => {
      const contact = transaction.find(id);
      const next = contact ? step(contact, transaction) : null;
      if (next) transaction.write(next, null, BY_INGESTOR);
      return next !== null;
    });
  }

  #account(id: string, step: Step): boolean {
    return this.tables.transaction((transaction) => {
      const contact = transaction.find(id);
      const next = contact ? step(contact, transaction) : null;
      if (next) transaction.account(next);
      return next !== null;
    });
  }
}

const inTurn = (a: DueContact, b: DueContact): number =>
  a.startTime - b.startTime || (a.id < b.id ? -1 : Number(a.id > b.id));

const dueContactOf = ({ id, revision, startTime }: StoredContact): DueContact => ({
  id,
  revision,
  startTime,
});

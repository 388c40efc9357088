import { randomUUID } from 'node:crypto';
import type { ContactEvent } from '#common/contracts';
import { type ContactState, type Instant, isOpen, MICROS_PER_MILLISECOND } from '#common/domain';
import type { Envelope } from '#common/messaging';
import type { Clock } from '#common/platform';
import type { StoredContact } from '../../contacts/contact-store.port.js';
import { ContactsByStart } from './contacts-by-start.js';
import { MemoryTransaction } from './memory-transaction.js';
import { MemoryStartClaims } from './memory-start.claims.js';

/** A row of `contact_history`. */
export interface MemoryHistoryRow {
  /** From 1, without gaps, in the order of the commits. */
  readonly number: number;
  readonly contactId: string;
  readonly revision: number;
  readonly state: ContactState;
  readonly reason: string | null;
  readonly by: string;
  readonly contact: ContactEvent;
  readonly at: Instant;
}

/** A row of `begun_contacts`. */
export interface MemoryBegunLine {
  readonly contactId: string;
  readonly fence: number;
  readonly startedAt: Instant;
  readonly starter: string;
}

/** On its way into the outbox. */
export interface SentMessage {
  readonly message: Envelope;
  readonly leaseMs: number;
}

/** What one transaction changes, all of it or nothing. */
export interface MemoryCommit {
  /** Each contact as it was (not at all, when it is new) and as it is now. */
  readonly contacts: readonly (readonly [StoredContact | undefined, StoredContact])[];
  readonly history: readonly MemoryHistoryRow[];
  readonly messages: readonly SentMessage[];
  readonly begun: readonly MemoryBegunLine[];
  /** Those of the contacts that begun lines were of: these are gone. */
  readonly settled: ReadonlySet<string>;
  /** Channel and reason. */
  readonly explodedRockets: ReadonlyMap<string, string>;
}

export interface MemoryContactTablesOptions {
  /** The clock that decides, as the database's does. */
  readonly clock: Clock;
  /** The outbox in the same transaction. */
  readonly outbox: { add(envelope: Envelope, leaseMs: number): void };
  readonly newId?: () => string;
  /** Sees each transaction just before it takes effect; what it throws undoes all of it. */
  readonly onCommit?: (commit: MemoryCommit, now: Instant) => void;
}

/** What the memory adapters of contacts share, as the others share a database. */
export class MemoryContactTables {
  readonly contacts = new Map<string, StoredContact>();
  /** Those of the contacts that have not ended: all that the course ever looks for. */
  readonly open = new Map<string, StoredContact>();
  readonly openByStart = new ContactsByStart();
  readonly claims = new MemoryStartClaims();
  /** By contact, oldest first. */
  readonly begun = new Map<string, MemoryBegunLine>();
  readonly history: MemoryHistoryRow[] = [];
  /** Channel and reason. */
  readonly explodedRockets = new Map<string, string>();

  constructor(private readonly options: MemoryContactTablesOptions) {}

  now(): Instant {
    return Math.round(this.options.clock.nowMs() * MICROS_PER_MILLISECOND);
  }

  newId(): string {
    return this.options.newId?.() ?? randomUUID();
  }

  /**
   * Runs one transaction to its end, with nothing in between: so each sees all that were before it.
   * Where `work` throws, nothing has happened.
   */
  transaction<T>(work: (transaction: MemoryTransaction) => T): T {
    const now = this.now();
    const transaction = new MemoryTransaction(this, now);
    const result = work(transaction);
    this.#commit(transaction.commit(), now);
    return result;
  }

  #commit(commit: MemoryCommit, now: Instant): void {
    this.options.onCommit?.(commit, now);
    for (const [before, contact] of commit.contacts) {
      this.contacts.set(contact.id, contact);
      if (before && isOpen(before)) this.openByStart.remove(before);
      if (isOpen(contact)) this.openByStart.add(contact);
      if (isOpen(contact)) this.open.set(contact.id, contact);
      else this.open.delete(contact.id);
    }
    for (const [channel, reason] of commit.explodedRockets)
      this.explodedRockets.set(channel, reason);
    for (const line of commit.begun) this.begun.set(line.contactId, line);
    for (const id of commit.settled) this.begun.delete(id);
    this.history.push(...commit.history);
    for (const { message, leaseMs } of commit.messages) this.options.outbox.add(message, leaseMs);
  }
}

import { DomainError, type Instant, isOpen, plannedEnd } from '#common/domain';
import { type Envelope, envelope } from '#common/messaging';
import type { Cause, StoredContact } from '../../contacts/contact-store.port.js';
import { contactEventOf } from '../contact-messages.js';
import type {
  MemoryBegunLine,
  MemoryCommit,
  MemoryContactTables,
  MemoryHistoryRow,
  SentMessage,
} from './memory-contact.tables.js';

/** As PostgreSQL says that what was read is not so any more. */
class HasBegunError extends Error {
  readonly code = '40001';
}

/** Changes that take effect together, when the transaction is committed. */
export class MemoryTransaction {
  readonly #contacts = new Map<string, StoredContact>();
  readonly #history: MemoryHistoryRow[] = [];
  readonly #messages: SentMessage[] = [];
  readonly #explodedRockets = new Map<string, string>();
  readonly #begun = new Map<string, MemoryBegunLine>();
  readonly #settled = new Set<string>();

  constructor(
    private readonly tables: MemoryContactTables,
    readonly now: Instant,
  ) {}

  /** As this transaction sees it. */
  find(id: string): StoredContact | undefined {
    return this.#contacts.get(id) ?? this.tables.contacts.get(id);
  }

  /** @throws {DomainError} ANTENNA_TAKEN when another open contact has its antenna at the time */
  refuseTaken({ id, antenna, startTime, durationSeconds }: StoredContact): void {
    if (antenna === null) return;
    const end = plannedEnd({ startTime, durationSeconds });
    for (const one of [...this.tables.open.values(), ...this.#contacts.values()]) {
      const other = this.find(one.id)!;
      const isInTheWay = other.startTime < end && startTime < plannedEnd(other);
      if (other.id !== id && other.antenna === antenna && isOpen(other) && isInTheWay)
        throw new DomainError('ANTENNA_TAKEN', `${antenna} is taken by contact ${other.id}`);
    }
  }

  /** The changed contact, its history, and a message for others where `event` names one. */
  write(contact: StoredContact, event: string | null, cause: Cause, at = this.now): void {
    this.account(contact);
    const told = contactEventOf(contact);
    this.#history.push({
      number: this.tables.history.length + this.#history.length + 1,
      contactId: contact.id,
      revision: contact.revision,
      state: contact.state,
      reason: contact.endReason ?? cause.reason,
      by: cause.by,
      contact: told,
      at,
    });
    if (event !== null) this.send(envelope(event, told));
  }

  /** A report that comes behind the end is no step of the contact: it has no history. */
  account(contact: StoredContact): void {
    this.#contacts.set(contact.id, contact);
  }

  /** @param leaseMs so long it is left to who sends it already */
  send(message: Envelope, leaseMs = 0): void {
    this.#messages.push({ message, leaseMs });
  }

  /** From here on nobody changes it until that is written down. @returns false where it has begun before */
  begin(line: MemoryBegunLine): boolean {
    const { contactId } = line;
    if (this.tables.begun.has(contactId) || this.#begun.has(contactId)) return false;
    this.#begun.set(contactId, line);
    return true;
  }

  /** Its line, if nobody has written it down before. */
  settle(contactId: string): MemoryBegunLine | null {
    const line = this.tables.begun.get(contactId);
    if (line) this.#settled.add(contactId);
    return line ?? null;
  }

  /** No contact is booked for it from now on. */
  explode(channel: string, reason: string): void {
    this.#explodedRockets.set(channel, reason);
  }

  /** @throws where it changes one that has begun a moment ago */
  commit(): MemoryCommit {
    const contacts = [...this.#contacts].map(
      ([id, contact]) => [this.tables.contacts.get(id), contact] as const,
    );
    for (const [before, after] of contacts) if (before) this.#refuseBegun(before, after);
    return {
      begun: [...this.#begun.values()],
      settled: this.#settled,
      contacts,
      history: this.#history,
      messages: this.#messages,
      explodedRockets: this.#explodedRockets,
    };
  }

  #refuseBegun({ id, state, fence }: StoredContact, after: StoredContact): void {
    if (state !== 'scheduled' || after.fence !== fence || !this.tables.begun.has(id)) return;
    throw new HasBegunError(`Contact ${id} has begun a moment ago`);
  }
}

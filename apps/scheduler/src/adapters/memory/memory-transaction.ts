import { DomainError, type Instant, isOpen, plannedEnd } from '#common/domain';
import { type Envelope, envelope } from '#common/messaging';
import type { Cause, StoredContact } from '../../contacts/contact-store.port.js';
import { contactEventOf } from '../contact-messages.js';
import type {
  MemoryCommit,
  MemoryContactTables,
  MemoryHistoryRow,
} from './memory-contact.tables.js';

/** Changes that take effect together, when the transaction is committed. */
export class MemoryTransaction {
  readonly #contacts = new Map<string, StoredContact>();
  readonly #history: MemoryHistoryRow[] = [];
  readonly #messages: Envelope[] = [];
  readonly #explodedRockets = new Map<string, string>();

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
  write(contact: StoredContact, event: string | null, cause: Cause): void {
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
      at: this.now,
    });
    if (event !== null) this.send(envelope(event, told));
  }

  /** A report that comes behind the end is no step of the contact: it has no history. */
  account(contact: StoredContact): void {
    this.#contacts.set(contact.id, contact);
  }

  send(message: Envelope): void {
    this.#messages.push(message);
  }

  /** No contact is booked for it from now on. */
  explode(channel: string, reason: string): void {
    this.#explodedRockets.set(channel, reason);
  }

  commit(): MemoryCommit {
    const contacts = [...this.#contacts].map(
      ([id, contact]) => [this.tables.contacts.get(id), contact] as const,
    );
    return {
      contacts,
      history: this.#history,
      messages: this.#messages,
      explodedRockets: this.#explodedRockets,
    };
  }
}

import { Injectable } from '@nestjs/common';
import { CONTACT_CANCELLED, CONTACT_SCHEDULED } from '#common/contracts';
import { DomainError, isOpen } from '#common/domain';
import type { BookingTerms } from '../../antennas/antenna-conflict.js';
import {
  type Cause,
  type ContactChange,
  type ContactGuard,
  ContactStore,
  type NewContact,
  type StoredContact,
} from '../../contacts/contact-store.port.js';
import { calledOff, changed } from '../../contacts/contact-steps.js';
import { receptionCloseOf } from '../contact-messages.js';
import { again } from '../again.js';
import { settleForOthers } from '../begun-contacts.js';
import type { BegunStore } from '../begun-store.port.js';
import { BY_ROCKET_MONITOR } from '../contact-row.js';
import { MemoryBegunStore } from './memory-begun.store.js';
import type { MemoryContactTables } from './memory-contact.tables.js';
import type { MemoryTransaction } from './memory-transaction.js';

/** Each look at the tables, and each transaction on them, by itself. */
export type Wire = <T>(work: () => T) => Promise<T>;

/** Bookings in memory. */
@Injectable()
export class MemoryContactStore extends ContactStore {
  constructor(
    private readonly tables: MemoryContactTables,
    private readonly begun: BegunStore = new MemoryBegunStore(tables),
    private readonly wire: Wire = async (work) => work(),
  ) {
    super();
  }

  /** Knows neither keys nor blocks, and displaces nobody. */
  async add(contacts: readonly NewContact[], cause: Cause): Promise<readonly StoredContact[]> {
    const { explodedRockets } = this.tables;
    return this.#changing((transaction) =>
      contacts.map((given) => {
        const reason = given.channel === null ? undefined : explodedRockets.get(given.channel);
        if (reason !== undefined) throw new DomainError('ROCKET_EXPLODED', reason);
        const contact = { ...NEW_CONTACT, ...given, series: null, id: this.tables.newId() };
        transaction.refuseTaken(contact);
        transaction.write(contact, CONTACT_SCHEDULED, cause);
        return contact;
      }),
    );
  }

  async find(id: string): Promise<StoredContact | null> {
    if (await this.begun.has(id)) await settleForOthers(this.begun, [id]);
    return this.wire(() => this.tables.contacts.get(id) ?? null);
  }

  async change(
    id: string,
    change: ContactChange,
    cause: Cause,
    _terms?: BookingTerms,
    guard: ContactGuard = () => undefined,
  ): Promise<StoredContact> {
    return this.#changing((transaction) => {
      const contact = known(transaction, id);
      const next = changed(contact, change);
      guard(contact);
      transaction.refuseTaken(next);
      transaction.write(next, CONTACT_SCHEDULED, cause);
      return next;
    });
  }

  async end(
    id: string,
    cause: Cause,
    guard: ContactGuard = () => undefined,
  ): Promise<StoredContact> {
    return this.#changing((transaction) => {
      const contact = known(transaction, id);
      guard(contact);
      return end(transaction, contact, cause) ?? contact;
    });
  }

  async endOfRocket(channel: string, reason: string): Promise<string[]> {
    return this.#changing((transaction) => {
      transaction.explode(channel, reason);
      return [...this.tables.open.values()]
        .filter((contact) => contact.channel === channel && isOpen(contact))
        .map((contact) => end(transaction, contact, { ...BY_ROCKET_MONITOR, reason })!.id);
    });
  }

  #changing<T>(work: (transaction: MemoryTransaction) => T): Promise<T> {
    return again(this.begun, () => this.wire(() => this.tables.transaction(work)));
  }
}

const NEW_CONTACT = {
  state: 'scheduled',
  revision: 1,
  fence: 0,
  startedAt: null,
  endedAt: null,
  endReason: null,
  displacedBy: null,
  fault: null,
  report: null,
} as const;

/** Null where it was called off before. */
function end(
  transaction: MemoryTransaction,
  contact: StoredContact,
  cause: Cause,
): StoredContact | null {
  const ended = calledOff(contact, transaction.now, cause.reason ?? `Ended by ${cause.by}`);
  if (!ended) return null;
  transaction.write(ended, CONTACT_CANCELLED, cause);
  if (ended.state === 'stopped') transaction.send(receptionCloseOf(ended));
  return ended;
}

function known(transaction: MemoryTransaction, id: string): StoredContact {
  const contact = transaction.find(id);
  if (!contact) throw new DomainError('CONTACT_NOT_FOUND', `No contact has the id ${id}`);
  return contact;
}

import type { ContactReport, StreamOptionsDto } from '#common/contracts';
import type { Contact, Instant } from '#common/domain';
import type { BookingTerms } from '../antennas/antenna-conflict.js';
import type { KeyedRequest } from './booking-keys.port.js';

/** Which occurrence of which series a contact is; it stays so when the contact is moved. */
export interface SeriesOccurrence {
  readonly id: string;
  readonly at: Instant;
}

/** It is booked only while the series is as it was in this edition. */
export interface NewOccurrence extends SeriesOccurrence {
  readonly edition: number;
}

export interface StoredContact extends Contact<StreamOptionsDto, ContactReport> {
  readonly series?: SeriesOccurrence | null;
}

export interface NewContact {
  readonly shipName: string;
  readonly startTime: Instant;
  readonly durationSeconds: number;
  readonly antenna: string | null;
  readonly priority: number;
  readonly channel: string | null;
  readonly stream: StreamOptionsDto;
  readonly series?: NewOccurrence;
}

/** What a booked contact may still change; a field that is not given stays. */
export type ContactChange = Partial<Omit<NewContact, 'shipName' | 'channel' | 'series'>>;

/** Who asks for a change, and why: both stay in the contact's history. */
export interface Cause {
  /** A person or a program, as it names itself; parts of the system by their names. */
  readonly by: string;
  readonly reason: string | null;
}

/**
 * Looks at a contact as it is, in the transaction that is to change it and before anything is changed:
 * what it throws keeps the contact as it is.
 */
export type ContactGuard = (contact: StoredContact) => void;

/** The bookings. Each change stores contact, history and outbox message in one transaction. */
export abstract class ContactStore {
  /**
   * Books all of them, or none. A request that has booked before is answered as it was then; of two at
   * the same time one books.
   * @returns them in the order in which they were given
   * @throws {DomainError} ROCKET_EXPLODED when the rocket of one is known to have exploded;
   *   ANTENNA_TAKEN when one antenna would have two contacts at a time, also of the same list;
   *   SERIES_ENDED when the series of one has no such occurrence any more;
   *   IDEMPOTENCY_KEY_REUSED when another request came under the key.
   */
  abstract add(
    contacts: readonly NewContact[],
    cause: Cause,
    terms?: BookingTerms,
    request?: KeyedRequest | null,
  ): Promise<readonly StoredContact[]>;
  abstract find(id: string): Promise<StoredContact | null>;
  /**
   * Changes a contact that is still scheduled and counts up its revision.
   * @throws {DomainError} CONTACT_NOT_FOUND; CONTACT_NOT_CHANGEABLE once it has begun or ended;
   * ANTENNA_TAKEN as when it is booked.
   */
  abstract change(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms?: BookingTerms,
    guard?: ContactGuard,
  ): Promise<StoredContact>;
  /**
   * Cancels a contact before its start, stops it during. One that is cancelled or stopped already
   * stays as it is.
   * @throws {DomainError} CONTACT_NOT_FOUND; CONTACT_NOT_CHANGEABLE when it ended by itself.
   */
  abstract end(id: string, cause: Cause, guard?: ContactGuard): Promise<StoredContact>;
  /** Ends all open contacts of a rocket, and refuses new ones from then on. The ended ones' ids. */
  abstract endOfRocket(channel: string, reason: string): Promise<string[]>;
}

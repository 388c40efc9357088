import type { Problem } from '#common/platform';
import type { BookingTerms } from '../antennas/antenna-conflict.js';
import type { KeyedRequest } from '../contacts/booking-keys.port.js';
import type { Cause, NewContact, StoredContact } from '../contacts/contact-store.port.js';

/** What became of one contact of a bulk: it is booked, or why it is not. */
export type BulkOutcome = StoredContact | Problem;

export const isProblem = <T extends object>(one: T | Problem): one is Problem => 'status' in one;

/** Bookings that do not depend on each other, in one transaction. */
export abstract class BulkStore {
  /**
   * Books each that can be booked, in their order: what an earlier one takes, a later one cannot have. A
   * request that has booked before is answered as it was then.
   * @param candidates what is refused already stays refused, in its place
   * @returns as many as were given, in their order
   * @throws {DomainError} IDEMPOTENCY_KEY_REUSED when another request came under the key.
   */
  abstract addEach(
    candidates: readonly (NewContact | Problem)[],
    cause: Cause,
    terms: BookingTerms,
    request: KeyedRequest | null,
  ): Promise<readonly BulkOutcome[]>;
}

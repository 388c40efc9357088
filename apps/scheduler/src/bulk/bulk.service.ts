import { Injectable } from '@nestjs/common';
import { type Problem, problemOf } from '#common/platform';
import type { BookingTerms } from '../antennas/antenna-conflict.js';
import type { KeyedRequest } from '../contacts/booking-keys.port.js';
import { BookingRules } from '../contacts/booking-rules.js';
import type { Cause, NewContact, StoredContact } from '../contacts/contact-store.port.js';
import { ContactsService } from '../contacts/contacts.service.js';
import { KeyedRequests } from '../contacts/keyed-requests.js';
import { checkAll, checkEach } from './bulk-checks.js';
import type { BulkItem } from './bulk-items.js';
import { type BulkOutcome, BulkStore, isProblem } from './bulk-store.port.js';

/** Books many contacts at once. */
@Injectable()
export class BulkService {
  constructor(
    private readonly contacts: ContactsService,
    private readonly store: BulkStore,
    private readonly requests: KeyedRequests,
    private readonly rules: BookingRules,
  ) {}

  /** All of them, or none. @throws ValidationException, DomainError of the first that cannot be booked */
  async bookAll(
    items: readonly BulkItem[],
    cause: Cause,
    terms: BookingTerms,
    request: KeyedRequest | null,
  ): Promise<readonly StoredContact[]> {
    return this.contacts.book(await checkAll(items), cause, terms, request);
  }

  /** Each for itself. */
  bookEach(
    items: readonly BulkItem[],
    cause: Cause,
    terms: BookingTerms,
    request: KeyedRequest | null,
  ): Promise<readonly BulkOutcome[]> {
    return this.requests.once(request, async () => {
      const candidates = await this.#candidates(await checkEach(items));
      const outcomes = await this.store.addEach(candidates, cause, terms, request);
      this.contacts.arm(outcomes.filter((one): one is StoredContact => !isProblem(one)));
      return outcomes;
    });
  }

  async #candidates(checked: readonly (NewContact | Problem)[]): Promise<(NewContact | Problem)[]> {
    const contacts = checked.filter((one): one is NewContact => !isProblem(one));
    const faults = (await this.rules.faultsOf(contacts)).values();
    return checked.map((one) => {
      const fault = isProblem(one) ? null : faults.next().value!;
      return fault === null ? one : problemOf(fault, '');
    });
  }
}

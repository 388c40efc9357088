import type {
  Cause,
  ContactChange,
  ContactGuard,
  NewContact,
} from '../contacts/contact-store.port.js';
import type { BookingTerms } from './antenna-conflict.js';
import type { RehearsalDto } from './antenna-taken.dto.js';

/**
 * Books and changes as `ContactStore` does, by the same rules, and keeps nothing of it. Whatever but
 * ANTENNA_TAKEN stands against it is thrown as there.
 */
export abstract class BookingRehearsal {
  abstract add(
    contacts: readonly NewContact[],
    cause: Cause,
    terms: BookingTerms,
  ): Promise<RehearsalDto>;
  abstract change(
    id: string,
    change: ContactChange,
    cause: Cause,
    terms: BookingTerms,
    guard?: ContactGuard,
  ): Promise<RehearsalDto>;
}

import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';
import type { StoredContact } from '../../contacts/contact-store.port.js';

/** As long as those of PostgreSQL. */
const CLAIM_RESPECTED_MICROS = 1_000 * MICROS_PER_MILLISECOND;
const CLAIM_LEASE_MICROS = 1_500 * MICROS_PER_MILLISECOND;

/** Which scheduler starts which contact of the next seconds. */
export class MemoryStartClaims {
  readonly #claims = new Map<string, { readonly claimer: string; readonly revision: number }>();
  readonly #leases = new Map<string, Instant>();

  live(claimer: string, now: Instant): void {
    this.#leases.set(claimer, now + CLAIM_LEASE_MICROS);
  }

  claim(claimer: string, { id, revision }: StoredContact): void {
    this.#claims.set(id, { claimer, revision });
  }

  /** Nobody's that lives, as it is now. */
  isFree(contact: StoredContact, now: Instant): boolean {
    const claimer = this.#claimerOf(contact);
    return claimer === null || !this.#lives(claimer, now);
  }

  /** Another one is to start it, and has not had its time yet. */
  isLeftTo(contact: StoredContact, claimer: string, now: Instant): boolean {
    if (contact.startTime < now - CLAIM_RESPECTED_MICROS) return false;
    const other = this.#claimerOf(contact);
    return other !== null && other !== claimer && this.#lives(other, now);
  }

  forget(contactId: string): void {
    this.#claims.delete(contactId);
  }

  release(claimer: string): void {
    this.#leases.delete(claimer);
    for (const [id, claim] of this.#claims) if (claim.claimer === claimer) this.#claims.delete(id);
  }

  #claimerOf({ id, revision }: StoredContact): string | null {
    const claim = this.#claims.get(id);
    return claim?.revision === revision ? claim.claimer : null;
  }

  #lives(claimer: string, now: Instant): boolean {
    return (this.#leases.get(claimer) ?? 0) >= now;
  }
}

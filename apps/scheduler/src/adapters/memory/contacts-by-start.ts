import type { Instant } from '#common/domain';
import type { StoredContact } from '../../contacts/contact-store.port.js';

/** Contacts in the order of their starts, as an index of rows has them: whoever looks for due ones sees few. */
export class ContactsByStart {
  readonly #contacts: StoredContact[] = [];

  add(contact: StoredContact): void {
    this.#contacts.splice(this.#countUntil(contact.startTime), 0, contact);
  }

  remove(contact: StoredContact): void {
    const from = this.#countUntil(contact.startTime - 1);
    const at = this.#contacts.indexOf(contact, from);
    if (at >= 0) this.#contacts.splice(at, 1);
  }

  /** Those that start by then, earliest first; ties in the order in which they came. */
  until(instant: Instant): readonly StoredContact[] {
    return this.#contacts.slice(0, this.#countUntil(instant));
  }

  /** The first that starts later than that. */
  after(instant: Instant): StoredContact | undefined {
    return this.#contacts[this.#countUntil(instant)];
  }

  #countUntil(instant: Instant): number {
    let [from, to] = [0, this.#contacts.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#contacts[middle]!.startTime <= instant) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

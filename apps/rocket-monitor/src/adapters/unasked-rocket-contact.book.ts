import { RocketContactBook } from '../rockets/contacts/rocket-contact.book.port.js';

/** Without a bus there is nobody to ask. */
export class UnaskedRocketContactBook extends RocketContactBook {
  contactsOf(): Promise<null> {
    return Promise.resolve(null);
  }
}

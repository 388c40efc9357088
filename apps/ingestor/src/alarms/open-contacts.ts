import type { Reception } from '../receptions/reception.js';

export type OpenContact = Pick<Reception, 'contactId' | 'shipName' | 'agreement' | 'endCause'>;

/** The contacts that this process receives now. */
export abstract class OpenContacts {
  abstract list(): readonly OpenContact[];
}

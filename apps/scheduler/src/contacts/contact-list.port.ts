import type { ContactState, Instant } from '#common/domain';
import type { StoredContact } from './contact-store.port.js';

export const CONTACT_SORTS = ['start_time', '-start_time', 'created', '-created'] as const;
/** By the start or by the booking, the earliest first; with a minus the latest. */
export type ContactSort = (typeof CONTACT_SORTS)[number];

/** All that are given have to fit. */
export interface ContactFilter {
  /** Any of these; all without one. */
  readonly states: readonly ContactState[];
  readonly shipName: string | null;
  readonly antenna: string | null;
  readonly channel: string | null;
  /** Contacts that are not over at this instant, as planned. */
  readonly from: Instant | null;
  /** Contacts that begin before this instant, as planned. */
  readonly to: Instant | null;
}

/** Where a page of the list goes on: behind the contact with this instant and id. */
export interface ContactPlace {
  readonly at: Instant;
  readonly id: string;
}

export interface ContactQuery {
  readonly filter: ContactFilter;
  readonly sort: ContactSort;
  readonly limit: number;
  readonly after: ContactPlace | null;
}

export interface ListedContact {
  readonly contact: StoredContact;
  readonly place: ContactPlace;
}

/** Bookings as they are asked for. */
export abstract class ContactList {
  /**
   * Those that fit, in order and those of the same instant by id, from behind a place. Whatever is
   * booked or ended meanwhile, the pages have every other contact exactly once.
   */
  abstract page(query: ContactQuery): Promise<ListedContact[]>;
}

import type { RocketContacts } from '#common/contracts';

/** What is booked for the ships that rockets carry. */
export abstract class RocketContactBook {
  /**
   * Of each of these rockets that has a contact: the last one that was started, by its start time,
   * and the first one that is booked and was not.
   */
  abstract contactsOf(channels: readonly string[]): Promise<RocketContacts[]>;
}

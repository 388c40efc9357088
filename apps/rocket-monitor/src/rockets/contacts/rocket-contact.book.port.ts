import type { RocketContacts } from '#common/contracts';

/** Who knows what is booked for the ships that rockets carry. */
export abstract class RocketContactBook {
  /** Of those rockets that have contacts, within a second; null: nobody says. Never fails. */
  abstract contactsOf(channels: readonly string[]): Promise<readonly RocketContacts[] | null>;
}

import type { Window } from './pass.js';

/** A time in which an antenna and a ship have something to do already. */
export interface BookedTime extends Window {
  /** Null for a time in which the antenna is blocked; so is the ship then. */
  readonly contactId: string | null;
  readonly antenna: string | null;
  readonly shipName: string | null;
}

/** What is booked already, as far as a plan has to know. */
export abstract class BookedTimes {
  /**
   * The open contacts of these antennas or ships, and the blocks of these antennas, that take some time
   * between two instants, by their start.
   * At most `limit`.
   */
  abstract between(
    window: Window,
    antennas: readonly string[],
    shipNames: readonly string[],
    limit: number,
  ): Promise<BookedTime[]>;
}

import type { Window } from './pass.js';

/** A time in which an antenna and a ship have something to do already. */
export interface BookedTime extends Window {
  readonly contactId: string;
  readonly antenna: string | null;
  readonly shipName: string;
}

/** What is booked already, as far as a plan has to know. */
export abstract class BookedTimes {
  /**
   * The open contacts of these antennas or ships that take some time between two instants, by their start.
   * At most `limit`.
   */
  abstract between(
    window: Window,
    antennas: readonly string[],
    shipNames: readonly string[],
    limit: number,
  ): Promise<BookedTime[]>;
}

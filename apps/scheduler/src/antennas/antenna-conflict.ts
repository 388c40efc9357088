import type { ContactState } from '#common/domain';
import type { TimeWindow } from './time-window.js';

/** What a booking may do to others. */
export interface BookingTerms {
  /** Take the antenna from scheduled contacts of lower priority, if it must be. */
  readonly displace: boolean;
}

export const GENTLE: BookingTerms = { displace: false };

/** A contact that is to be booked or changed, and the antenna that it needs. */
export interface AntennaUse extends TimeWindow {
  /** Its place in the list that was asked for. */
  readonly index: number;
  /** Of the contact: one that is changed is not in its own way. */
  readonly contactId: string;
  readonly shipName: string;
  readonly antenna: string;
  readonly priority: number;
}

/** What has the antenna already: a contact, a block, or another booking of the same list. */
export interface Conflict extends TimeWindow {
  /** The place of what was asked for, in whose way it is. */
  readonly index: number;
  readonly kind: 'contact' | 'block' | 'booking';
  /** Null for a booking: it has none yet. */
  readonly id: string | null;
  /** The place of the other booking in the list. */
  readonly bookingIndex: number | null;
  readonly shipName: string | null;
  readonly priority: number | null;
  readonly state: ContactState | null;
  /** Of a block. */
  readonly reason: string | null;
}

/** What has begun is never displaced, nor what is as important. */
export const mayDisplace = (priority: number, conflict: Conflict): boolean =>
  conflict.kind === 'contact' &&
  conflict.state === 'scheduled' &&
  conflict.priority !== null &&
  conflict.priority < priority;

export function conflictBetween(later: AntennaUse, earlier: AntennaUse): Conflict {
  return {
    index: later.index,
    kind: 'booking',
    id: null,
    bookingIndex: earlier.index,
    shipName: earlier.shipName,
    priority: earlier.priority,
    state: null,
    reason: null,
    start: earlier.start,
    end: earlier.end,
  };
}

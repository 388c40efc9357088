import type { Instant } from '#common/domain';
import type { CalendarContact } from './contact-calendar.js';

export interface ContactWindow {
  readonly from: Instant;
  readonly to: Instant;
  readonly shipName: string | null;
  readonly antenna: string | null;
}

/** The contacts of a time, for those who only look. */
export abstract class ContactWindowReader {
  /** That start from `from` to before `to`, of the ship and on the antenna, earliest first. */
  abstract contactsIn(window: ContactWindow, limit: number): Promise<CalendarContact[]>;
}

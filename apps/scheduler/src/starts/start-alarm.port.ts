import type { PartHealth } from '#common/platform';
import type { DueContact } from './contact-course.port.js';

/**
 * Wakes a scheduler when contacts are due, whichever of them is there. It only proposes: the row
 * decides.
 */
export abstract class StartAlarm {
  /** Whom to wake. Set once, before any alarm. */
  abstract onDue(wake: () => void): void;
  /**
   * Sets the alarm of a contact. An alarm set again for the same contact replaces the one before;
   * one that lies beyond the alarm's horizon may be left to a later call.
   */
  abstract set(contact: DueContact): void;
  /** Unknown contacts are ignored. */
  abstract cancel(contactId: string): void;
  /** Never `down`: what an alarm misses, the sweep starts. */
  abstract health(): PartHealth;
}

/** The alarm of this scheduler alone, on the instant: of the contacts that it has claimed. */
export abstract class ClaimAlarm extends StartAlarm {
  /** It says as well which of them are due. */
  abstract override onDue(wake: (contactIds: readonly string[]) => void): void;
}

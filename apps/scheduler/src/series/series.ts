import type { ContactState, Instant } from '#common/domain';
import type { NewContact } from '../contacts/contact-store.port.js';
import type { LocalTime } from './recurrence/local-time.js';
import type { Recurrence } from './recurrence/occurrences.js';
import { readRule } from './recurrence/rule-reader.js';
import { Zone } from './recurrence/zone.js';

/** That go on; those that have ended are forgotten after a while. */
export const SERIES_MAX = 1_000;
export const EXCLUDE_MAX = 1_000;

/** What each occurrence is booked with. */
export type SeriesContact = Omit<NewContact, 'startTime' | 'series'>;

export interface NewSeries {
  readonly contact: SeriesContact;
  readonly start: LocalTime;
  /** Of the IANA database. */
  readonly timeZone: string;
  /** Text of RFC 5545; see `readRule`. */
  readonly rrule: string;
  readonly exclude: readonly LocalTime[];
}

/** A contact that comes again and again. */
export interface Series extends NewSeries {
  readonly id: string;
  readonly by: string;
  /** Counts the changes: what was found out about an older one may be wrong. */
  readonly edition: number;
  /** No occurrence is at it or later. */
  readonly endsBefore: Instant | null;
  readonly bookedUntil: Instant | null;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
}

/** An occurrence that has a contact. */
export interface BookedOccurrence {
  readonly at: Instant;
  readonly contactId: string;
  readonly state: ContactState;
}

/** An occurrence that could not be booked so far. */
export interface SkippedOccurrence {
  readonly at: Instant;
  /** Of the `DomainError` when it was last tried. */
  readonly code: string;
  readonly reason: string;
  readonly tries: number;
  readonly triedAt: Instant;
}

/** @throws {RuleError} for a rule that this version does not take */
export function recurrenceOf({ rrule, start, timeZone, exclude }: NewSeries): Recurrence {
  const zone = Zone.of(timeZone);
  if (zone === null) throw new Error(`The time zone ${timeZone} is not known any more`);
  return { rule: readRule(rrule), start, zone, excluded: new Set(exclude) };
}

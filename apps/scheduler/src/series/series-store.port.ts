import type { Instant } from '#common/domain';
import type { Cause } from '../contacts/contact-store.port.js';
import type { LocalTime } from './recurrence/local-time.js';
import type { BookedOccurrence, NewSeries, Series, SkippedOccurrence } from './series.js';

/** What a series may still change: it only ever loses occurrences. */
export interface SeriesChange {
  readonly exclude: readonly { readonly at: Instant; readonly local: LocalTime }[];
  /** Null: as it was. A later one than it has changes nothing. */
  readonly endsBefore: Instant | null;
}

export interface ChangedSeries {
  readonly series: Series;
  /** The contacts that it cancelled. */
  readonly cancelledIds: readonly string[];
}

/** What a round of rolling came to. */
export interface Rolled {
  readonly bookedUntil: Instant;
  readonly skipped: readonly Pick<SkippedOccurrence, 'at' | 'code' | 'reason'>[];
  /** In which it is to be rolled again; null: it has no occurrence any more. */
  readonly againMs: number | null;
}

/** The series; their occurrences are booked through the `ContactStore`. */
export abstract class SeriesStore {
  /** @throws {DomainError} SERIES_FULL */
  abstract add(series: NewSeries, cause: Cause): Promise<Series>;
  abstract find(id: string): Promise<Series | null>;
  /** The newest first, from behind the one with the id `after`. */
  abstract page(limit: number, after: string | null): Promise<Series[]>;
  /**
   * Takes occurrences away, and cancels those of them that are booked and have not begun. Nothing can
   * be booked for what the series was before.
   * @throws {DomainError} SERIES_NOT_FOUND, SERIES_EXCLUSIONS_FULL
   */
  abstract change(id: string, change: SeriesChange, cause: Cause): Promise<ChangedSeries>;
  /** Occurrences with a contact, whatever became of it, from `from` on, earliest first. */
  abstract booked(id: string, from: Instant, limit: number): Promise<BookedOccurrence[]>;
  /** Occurrences without one although it was tried, from `from` on, earliest first. */
  abstract skipped(id: string, from: Instant, limit: number): Promise<SkippedOccurrence[]>;
  /**
   * A series that is to be rolled now, for this caller alone until the lease is over; the one that
   * waits longest. Null: none.
   */
  abstract claim(leaseMs: number): Promise<Series | null>;
  /** Notes what came of a claim. Changes nothing of a series that was changed meanwhile. */
  abstract rolled(series: Series, rolled: Rolled): Promise<void>;
  /** Forgets series that ended so long ago, not their contacts. */
  abstract forgetEnded(ageMs: number): Promise<void>;
}

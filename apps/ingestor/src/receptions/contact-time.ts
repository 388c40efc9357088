import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';

/**
 * The time by the clock that decides when contacts start and end, the database's, as a receiver knows it:
 * told by others, carried on by its own monotonic clock. What its host takes the time for plays no part:
 * a host's clock may be wrong by an hour, and may be set at any moment.
 */
export class ContactTime {
  /** When the monotonic clock was at 0. */
  #zeroAt: Instant = Number.NEGATIVE_INFINITY;

  /** What is told took a while to come: by then it was this instant or later. The latest one stands. */
  told(instant: Instant, monotonicMs: number): void {
    this.#zeroAt = Math.max(this.#zeroAt, instant - monotonicMs * MICROS_PER_MILLISECOND);
  }

  /** Never later than the true one. */
  at(monotonicMs: number): Instant {
    return Math.floor(this.#zeroAt + monotonicMs * MICROS_PER_MILLISECOND);
  }

  /** When the monotonic clock shows what: never too early. Before anything was told: never. */
  monotonicMsOf(instant: Instant): number {
    return (instant - this.#zeroAt) / MICROS_PER_MILLISECOND;
  }
}

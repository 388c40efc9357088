/** A stream that fell further behind than this leaves the rest out instead of flooding its receiver. */
export const CATCH_UP_MS_MAX = 1_000;

/**
 * Says when datagrams are due: the n-th, counted from 0, at start + n × period. Late timers add up to
 * nothing, since each instant is reckoned from the start and not from the datagram before.
 */
export class Pacer {
  #startMs: number;
  #taken = 0;

  constructor(
    startMs: number,
    private readonly periodMs: number,
  ) {
    this.#startMs = startMs;
  }

  /** Takes up to `most` datagrams that are due by now. */
  take(nowMs: number, most: number): number {
    const due = Math.floor((nowMs - this.#startMs) / this.periodMs) + 1 - this.#taken;
    const dueMax = Math.max(1, Math.floor(CATCH_UP_MS_MAX / this.periodMs));
    if (due > dueMax) this.#startMs += (due - dueMax) * this.periodMs;
    const taken = Math.max(0, Math.min(due, dueMax, most));
    this.#taken += taken;
    return taken;
  }

  /** How far the stream's own time is: when what was taken first was due, it was 0. */
  elapsedMs(nowMs: number): number {
    return nowMs - this.#startMs;
  }

  /** How long until the next is due; 0 when one is due already. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#startMs + this.#taken * this.periodMs - nowMs);
  }
}

/** What a receiver does instead of taking a call: it says 500, or nothing until the sender gives up. */
export type Refusal = 'fault' | 'silence';

/**
 * Each costs the subscription seconds, and a third try of one change half a minute, in which it stands
 * still: so now and then, in turn, and never the same change again.
 */
const EVERY_MS = 15_000;

export class Refusals {
  readonly counts: Record<Refusal, number> = { fault: 0, silence: 0 };
  readonly #refused = new Set<number>();
  #nextAtMs = 0;
  #isOver = false;

  /** Null: it shall be taken. */
  of(number: number, nowMs: number): Refusal | null {
    if (this.#isOver || nowMs < this.#nextAtMs || this.#refused.has(number)) return null;
    this.#refused.add(number);
    this.#nextAtMs = nowMs + EVERY_MS;
    const refusal = this.counts.fault > this.counts.silence ? 'silence' : 'fault';
    this.counts[refusal] += 1;
    return refusal;
  }

  /** From here on everything is taken. */
  end(): void {
    this.#isOver = true;
  }
}

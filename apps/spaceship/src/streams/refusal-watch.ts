/** Nobody listens: after this long the stream ends. Shorter silences are receivers that restart, or are replaced. */
export const REFUSED_MS_MAX = 15_000;
/** Hosts answer refused datagrams at a limited rate, so a second without a refusal means little. */
const GAP_MS_MIN = 2_000;

/** Tells a receiver that is gone from one that was away for a moment. */
export class RefusalWatch {
  readonly #gapMs: number;
  #count = 0;
  #sinceMs: number | null = null;
  #latestMs = 0;

  constructor(periodMs: number) {
    this.#gapMs = Math.max(GAP_MS_MIN, 2 * periodMs);
  }

  /** `count` is the sum of all refusals so far. True once they went on for too long. */
  isOver(nowMs: number, count: number): boolean {
    if (this.#sinceMs !== null && nowMs - this.#latestMs > this.#gapMs) this.#sinceMs = null;
    if (count > this.#count) {
      this.#count = count;
      this.#sinceMs ??= nowMs;
      this.#latestMs = nowMs;
    }
    return this.#sinceMs !== null && this.#latestMs - this.#sinceMs > REFUSED_MS_MAX;
  }
}

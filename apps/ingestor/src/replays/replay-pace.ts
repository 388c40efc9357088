import { type Instant, MICROS_PER_MILLISECOND } from '#common/domain';

/** Replays never send more, whatever their speed. */
export const REPLAY_PACKETS_PER_SECOND_MAX = 10_000;
/** That may leave at once when a timer was late. */
const BURST_PACKETS = 200;
/** A longer silence of the ship is shortened to this: nobody waits for a clock that was wrong by years. */
export const SILENCE_MS_MAX = 3_600_000;

/**
 * When the packets of a replay are due: as far apart as they were generated, divided by the speed. By
 * generation time, not by reception: so they leave in the one order of packets, and what came late is
 * back in its place.
 */
export class ReplayPace {
  #lastAt: Instant | null = null;
  #dueMs: number;
  #tokens = BURST_PACKETS;
  #tokensAtMs: number;

  /** @param speed 0: as fast as is allowed. All times are of a clock that never steps, in milliseconds. */
  constructor(
    startMs: number,
    private readonly speed: number,
  ) {
    this.#dueMs = startMs;
    this.#tokensAtMs = startMs;
  }

  /** How long until the packet may leave; 0: now, and then it counts as sent. */
  waitMs(generatedAt: Instant, nowMs: number): number {
    const dueMs = this.#dueMs + this.#gapMs(generatedAt);
    if (dueMs > nowMs) return dueMs - nowMs;
    this.#refill(nowMs);
    if (this.#tokens < 1) return ((1 - this.#tokens) * 1_000) / REPLAY_PACKETS_PER_SECOND_MAX;
    this.#tokens -= 1;
    this.#dueMs = dueMs;
    this.#lastAt = generatedAt;
    return 0;
  }

  #gapMs(generatedAt: Instant): number {
    if (this.#lastAt === null || this.speed === 0) return 0;
    const gapMs = Math.max(0, generatedAt - this.#lastAt) / MICROS_PER_MILLISECOND;
    return Math.min(gapMs, SILENCE_MS_MAX) / this.speed;
  }

  #refill(nowMs: number): void {
    const gained = ((nowMs - this.#tokensAtMs) * REPLAY_PACKETS_PER_SECOND_MAX) / 1_000;
    this.#tokens = Math.min(BURST_PACKETS, this.#tokens + gained);
    this.#tokensAtMs = nowMs;
  }
}

import { describe, expect, it } from 'vitest';
import { REPLAY_PACKETS_PER_SECOND_MAX, ReplayPace, SILENCE_MS_MAX } from './replay-pace.js';

/** When packets of these generation times leave, in milliseconds, by a clock that always wakes in time. */
function departures(generatedMs: readonly number[], speed: number): number[] {
  const pace = new ReplayPace(0, speed);
  let nowMs = 0;
  return generatedMs.map((atMs) => {
    for (let wait = pace.waitMs(atMs * 1_000, nowMs); wait > 0;) {
      nowMs += Math.ceil(wait);
      wait = pace.waitMs(atMs * 1_000, nowMs);
    }
    return Math.round(nowMs);
  });
}

describe('the pace of a replay', () => {
  it.each([
    [1, [0, 100, 100, 1_100]],
    [10, [0, 10, 10, 110]],
    [0.5, [0, 200, 200, 2_200]],
    [0, [0, 0, 0, 0]],
  ])('is that of the generation times, at speed %d', (speed, expected) => {
    expect(departures([5_000, 5_100, 5_100, 6_100], speed)).toEqual(expected);
  });

  it('waits for no clock that was wrong by years', () => {
    const year = 365 * 24 * 3_600_000;
    expect(departures([0, 200 * year], 1)).toEqual([0, SILENCE_MS_MAX]);
    expect(departures([0, 200 * year], 1_000)).toEqual([0, SILENCE_MS_MAX / 1_000]);
  });

  it('has an upper limit', () => {
    const times = Array.from({ length: 3 * REPLAY_PACKETS_PER_SECOND_MAX }, (_, at) => at / 1_000);
    const left = departures(times, 0);
    const inFirstSecond = left.filter((ms) => ms < 1_000).length;
    expect(inFirstSecond).toBeLessThan(1.1 * REPLAY_PACKETS_PER_SECOND_MAX);
    expect(inFirstSecond).toBeGreaterThan(0.9 * REPLAY_PACKETS_PER_SECOND_MAX);
  });
});

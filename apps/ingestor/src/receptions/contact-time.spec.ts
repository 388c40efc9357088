import { describe, expect, it } from 'vitest';
import { ContactTime } from './contact-time.js';

const START = Date.parse('2030-01-01T00:00:00Z') * 1_000;

describe('the time of a contact', () => {
  it('goes on with the monotonic clock from what was told', () => {
    const time = new ContactTime();
    time.told(START, 7_000);

    expect(time.at(7_000)).toBe(START);
    expect(time.at(67_000.25)).toBe(START + 60_000_250);
    expect(time.monotonicMsOf(START + 60_000_000)).toBe(67_000);
  });

  it('is what came the fastest, whichever was told first', () => {
    const [slow, fast] = [
      [START, 9_000],
      [START + 1_000_000, 8_500],
    ] as const;
    for (const told of [[slow, fast] as const, [fast, slow] as const]) {
      const time = new ContactTime();
      for (const [instant, monotonicMs] of told) time.told(instant, monotonicMs);

      expect(time.at(8_500)).toBe(START + 1_000_000);
    }
  });

  it('comes to no instant before anything was told', () => {
    expect(new ContactTime().monotonicMsOf(START)).toBe(Number.POSITIVE_INFINITY);
  });
});

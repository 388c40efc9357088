import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATCH_UP_MS_MAX, Pacer } from './pacer.js';

const PLENTY = 1_000_000;

describe('a pacer', () => {
  it('takes the first at once, then one per period', () => {
    const pacer = new Pacer(5_000, 100);

    expect(pacer.take(5_000, PLENTY)).toBe(1);
    expect(pacer.take(5_099, PLENTY)).toBe(0);
    expect(pacer.take(5_100, PLENTY)).toBe(1);
  });

  it('loses and gains nothing by late looks that come in time to catch up', () => {
    const looks = fc.array(fc.nat(CATCH_UP_MS_MAX - 100), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), looks, (periodMs, gaps) => {
        const pacer = new Pacer(0, periodMs);
        let [nowMs, taken] = [0, pacer.take(0, PLENTY)];
        for (const gap of gaps) {
          nowMs += gap;
          taken += pacer.take(nowMs, PLENTY);
          expect(taken).toBe(Math.floor(nowMs / periodMs) + 1);
        }
      }),
    );
  });

  it('says how long to wait for the next', () => {
    const pacer = new Pacer(0, 100);
    pacer.take(0, PLENTY);

    expect(pacer.waitMs(30)).toBe(70);
    expect(pacer.waitMs(100)).toBe(0);
    expect(pacer.waitMs(150)).toBe(0);
  });

  it('takes no more than asked for, and keeps the rest due', () => {
    const pacer = new Pacer(0, 1);

    expect(pacer.take(9, 4)).toBe(4);
    expect(pacer.take(9, 4)).toBe(4);
    expect(pacer.take(9, 4)).toBe(2);
    expect(pacer.take(9, 4)).toBe(0);
  });

  it('leaves out what it is too late for', () => {
    const pacer = new Pacer(0, 100);
    pacer.take(0, PLENTY);

    expect(pacer.take(3_600_000, PLENTY)).toBe(CATCH_UP_MS_MAX / 100);
    expect(pacer.take(3_600_000, PLENTY)).toBe(0);
    expect(pacer.waitMs(3_600_000)).toBe(100);
  });

  it('takes the one that is due when the period is longer than it may catch up', () => {
    const pacer = new Pacer(0, 60_000);
    pacer.take(0, PLENTY);

    expect(pacer.take(60_500, PLENTY)).toBe(1);
    expect(pacer.waitMs(60_500)).toBe(59_500);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { TimerWheel } from './timer-wheel.js';

const NOON = new Date('2030-01-01T12:00:00Z');

function makeWheel(entriesMax = 1_000) {
  const clock = new ManualClock(NOON);
  const wokenAtMs: number[] = [];
  const woken: string[] = [];
  const wheel = new TimerWheel(clock, entriesMax, (keys) => {
    wokenAtMs.push(clock.nowMs() - +NOON);
    woken.push(...keys);
  });
  const set = (key: string, inMs: number) => wheel.set(key, +NOON + inMs);
  return { clock, wheel, wokenAtMs, woken, set };
}

describe('a timer wheel', () => {
  it('wakes once at each instant for which a key is set, never before it', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 700 }), (dueIn, step) => {
        const { clock, wheel, wokenAtMs, woken, set } = makeWheel();
        dueIn.forEach((ms, index) => set(`key ${index}`, ms));
        for (let at = 0; at <= 5_000; at += step) clock.advance(step);
        expect(wokenAtMs).toEqual([...new Set(dueIn)].toSorted((a, b) => a - b));
        expect(woken.toSorted()).toEqual(dueIn.map((_, index) => `key ${index}`).toSorted());
        expect(wheel.size).toBe(0);
        expect(clock.alarmCount).toBe(0);
      }),
    );
  });

  it('moves a key that is set again', () => {
    const { clock, wokenAtMs, set } = makeWheel();
    set('key', 100);
    set('key', 300);
    clock.advance(1_000);
    expect(wokenAtMs).toEqual([300]);
  });

  it('forgets a cancelled key, and keeps its neighbour of the same instant', () => {
    const { clock, wheel, woken, set } = makeWheel();
    set('gone', 100);
    set('kept', 100);
    set('alone', 200);
    for (const key of ['gone', 'alone', 'never set']) wheel.cancel(key);
    clock.advance(1_000);
    expect(woken).toEqual(['kept']);
  });

  it('refuses more keys than its limit', () => {
    const { wheel, set } = makeWheel(2);
    expect([set('a', 1), set('b', 1), set('c', 1), set('a', 2)]).toEqual([true, true, false, true]);
    wheel.clear();
    expect(wheel.size).toBe(0);
  });
});

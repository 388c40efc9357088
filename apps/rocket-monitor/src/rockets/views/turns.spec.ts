import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '#common/platform';
import { Turns } from './turns.js';

const LIMITS = { togetherMax: 2, waitingMax: 3, waitMsMax: 1_000 };
const refusal = () => new Error('too many');

describe('turns', () => {
  let clock: ManualClock;
  let turns: Turns;
  let begun: number[];
  let ends: Map<number, (fault?: Error) => void>;

  beforeEach(() => {
    clock = new ManualClock(new Date('2030-01-01T00:00:00Z'));
    turns = new Turns(LIMITS, clock);
    begun = [];
    ends = new Map();
  });

  const take = (nr: number): Promise<number> =>
    turns.take(() => {
      begun.push(nr);
      return new Promise((resolve, reject) => {
        ends.set(nr, (fault) => (fault ? reject(fault) : resolve(nr)));
      });
    }, refusal);

  it('are given in order, also after work that failed', async () => {
    const [first, second, ...others] = [1, 2, 3, 4, 5].map(take);
    expect(begun).toEqual([1, 2]);

    ends.get(2)?.();
    expect(await second).toBe(2);
    ends.get(1)?.(new Error('no'));
    await expect(first).rejects.toThrow('no');
    for (const nr of [3, 4, 5]) {
      expect(begun).toContain(nr);
      ends.get(nr)?.();
      expect(await others[nr - 3]).toBe(nr);
    }
    expect(begun).toEqual([1, 2, 3, 4, 5]);
    expect(clock.alarmCount).toBe(0);

    void take(6);
    void take(7);
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('are refused to one more than may wait, and to those that wait too long', async () => {
    const [first] = [1, 2].map(take);
    const waiting = [3, 4, 5].map((nr) => expect(take(nr)).rejects.toThrow('too many'));
    await expect(take(6)).rejects.toThrow('too many');
    clock.advance(LIMITS.waitMsMax);
    await Promise.all(waiting);

    const late = take(7);
    ends.get(1)?.();
    await first;
    ends.get(7)?.();
    expect(await late).toBe(7);
    expect(begun).toEqual([1, 2, 7]);
  });
});

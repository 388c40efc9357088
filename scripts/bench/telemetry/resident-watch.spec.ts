import { describe, expect, it } from 'vitest';
import { lateGrowth, watchResident } from './resident-watch.js';

describe('the memory of a process', () => {
  it.each([
    [[100, 180, 200, 190, 200, 195], 0],
    [[100, 120, 140, 160, 180, 200], 60],
    [[100], null],
    [[], null],
  ])('that was %j grew late by %j', (samples, expected) => {
    expect(lateGrowth(samples)).toBe(expected);
  });

  it('is watched until the work is done, and the work is given back', async () => {
    const { result, residents } = await watchResident(process.pid, async () => 'done');

    expect(result).toBe('done');
    expect(residents.samples.length === 0).toBe(residents.before === null);
  });

  it('is watched no more when the work fails', async () => {
    const work = async (): Promise<never> => {
      throw new Error('broken');
    };

    await expect(watchResident(process.pid, work)).rejects.toThrow('broken');
  });
});

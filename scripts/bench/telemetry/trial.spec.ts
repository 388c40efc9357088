import { describe, expect, it } from 'vitest';
import { lossOf, measuredOf, type Trial } from './trial.js';

const TRIAL: Trial = {
  sent: 100_000,
  seconds: 1,
  arrived: 100_000,
  drainSeconds: 0,
  isExplained: true,
  cpuSeconds: 0.5,
};

describe('a trial', () => {
  it('tells rate and CPU time', () => {
    expect(measuredOf(TRIAL)).toEqual({
      isHeld: true,
      sentRate: 100_000,
      rate: 100_000,
      microsPerDatagram: 5,
    });
    expect(measuredOf({ ...TRIAL, cpuSeconds: null }).microsPerDatagram).toBeNull();
  });

  it('counts until all was stored', () => {
    const trial = { ...TRIAL, sent: 420_000, arrived: 420_000, seconds: 4 };

    expect(measuredOf({ ...trial, drainSeconds: 0.3 })).toMatchObject({
      isHeld: true,
      sentRate: 105_000,
      rate: 100_000,
    });
    expect(measuredOf({ ...trial, drainSeconds: 0.1 }).rate).toBe(105_000);
  });

  it.each([
    ['a thousandth was lost', { arrived: 99_900 }],
    ['it was stored much later', { drainSeconds: 0.26 }],
    ['some are not explained', { isExplained: false }],
    ['nothing was sent', { sent: 0, arrived: 0 }],
  ])('was not held when %s', (_, change) => {
    expect(measuredOf({ ...TRIAL, ...change }).isHeld).toBe(false);
  });

  it('bears a little loss', () => {
    const trial = { ...TRIAL, arrived: 99_950 };

    expect(lossOf(trial)).toBeCloseTo(0.0005);
    expect(measuredOf(trial).isHeld).toBe(true);
  });
});

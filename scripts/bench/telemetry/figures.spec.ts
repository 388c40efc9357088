import { describe, expect, it } from 'vitest';
import { Results } from './arms.js';
import { type FigurePlan, figureOf, rowsOf } from './figures.js';

const PLAN: FigurePlan = {
  name: 'stored against counted',
  unit: 'datagrams/s',
  arm: 'stored',
  against: 'counted',
  goal: { of: 'ratio', is: 'at least', value: 0.6 },
};

describe('figures of the rounds', () => {
  const resultsOf = (rates: Record<string, readonly (number | null)[]>): Results => {
    const results = new Results();
    for (const [arm, values] of Object.entries(rates))
      for (const [at, rate] of values.entries())
        if (rate !== null)
          results.add(arm, at + 1, {
            isHeld: true,
            sentRate: rate,
            rate,
            microsPerDatagram: 1e6 / rate,
          });
    return results;
  };

  it('are medians, and the median of the ratios of the same rounds', () => {
    const results = resultsOf({ stored: [10, 30, 20], counted: [20, 40, 80] });

    expect(figureOf(PLAN, results)).toEqual({
      name: PLAN.name,
      unit: PLAN.unit,
      goal: PLAN.goal,
      ours: 20,
      limit: 40,
      ratio: 0.5,
    });
  });

  it('leave out rounds in which one of the two is missing', () => {
    const results = resultsOf({ stored: [10, null, 20], counted: [20, 1, null] });

    expect(figureOf(PLAN, results)).toMatchObject({ ours: 15, ratio: 0.5 });
  });

  it('count samples, and CPU time', () => {
    const results = resultsOf({ stored: [100], counted: [200] });

    expect(figureOf({ ...PLAN, scale: 8, scaleAgainst: 1 }, results)).toMatchObject({
      ours: 800,
      ratio: 4,
    });
    expect(figureOf({ ...PLAN, value: 'cpu' }, results)).toMatchObject({
      ours: 10_000,
      limit: 5_000,
      ratio: 2,
    });
  });

  it('have no ratio without a limit, and are none without a value', () => {
    const results = resultsOf({ stored: [100] });
    results.note({ name: 'counted', remark: 'FAILED: no compiler', isFault: true });

    expect(figureOf(PLAN, results)).toMatchObject({ ours: 100, limit: null, ratio: null });
    expect(rowsOf([{ ...PLAN, arm: 'nothing' }], results)).toEqual(results.remarks);
  });
});

import { describe, expect, it } from 'vitest';
import { randomOf } from '../rockets/random.js';
import { EVERY_MS, planSeries } from './series-plan.js';

const lastOf = ({ firstAtMs, count }: { firstAtMs: number; count: number }): number =>
  firstAtMs + (count - 1) * EVERY_MS;

describe('the series of a storm', () => {
  it('are the same for the same seed', () => {
    expect(planSeries(randomOf(5), 300)).toEqual(planSeries(randomOf(5), 300));
    expect(planSeries(randomOf(5), 300)).not.toEqual(planSeries(randomOf(6), 300));
  });

  it('have each occurrence within the storm, as many as fit', () => {
    for (let seed = 0; seed < 200; seed += 1)
      for (const seconds of [20, 60, 240, 420]) {
        const plans = planSeries(randomOf(seed), seconds);
        expect(plans.length).toBeGreaterThan(0);
        for (const plan of plans) {
          expect(lastOf(plan)).toBeLessThanOrEqual(seconds * 1_000);
          expect(lastOf(plan) + EVERY_MS).toBeGreaterThan(seconds * 1_000);
        }
      }
  });

  it('take an occurrence away before it begins, where there are several', () => {
    for (let seed = 0; seed < 200; seed += 1)
      for (const plan of planSeries(randomOf(seed), 300)) {
        expect(plan.excludeAtMs !== null).toBe(plan.count > 1);
        expect(plan.excludeAtMs ?? 0).toBeLessThan(lastOf(plan));
      }
  });

  it('are booked before the storm, some of a long one within it', () => {
    const booked = (seconds: number): (number | null)[] =>
      planSeries(randomOf(1), seconds).map(({ bookAtMs }) => bookAtMs);

    expect(booked(60).every((atMs) => atMs === null)).toBe(true);
    expect(booked(300).filter((atMs) => atMs !== null)).toHaveLength(2);
  });

  it('are none in a storm that ends before the first', () => {
    expect(planSeries(randomOf(1), 5)).toEqual([]);
  });
});

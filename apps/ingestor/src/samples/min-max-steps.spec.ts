import { describe, expect, it } from 'vitest';
import { LEVEL_STEPS } from '../archive/level-steps.js';
import { gridOf, levelStepsOf, STEPS } from './min-max-steps.js';

const END = 1_893_456_000_000_001;

describe('the levels of a grid', () => {
  it.each([0, 1, -1])('are all of them for a single stretch, from %d on', (start) => {
    expect(levelStepsOf(gridOf(start, END, 1))).toEqual(LEVEL_STEPS.toReversed());
  });

  it('are those that its stretches are made of', () => {
    for (const step of STEPS) {
      const levels = levelStepsOf(gridOf(0, 50 * step, 50));
      expect(levels).toEqual(LEVEL_STEPS.filter((level) => step % level === 0).toReversed());
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

describe('the backoff', () => {
  it('grows, stays below 3 s, and spreads over half of its length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, chance) => {
          const delayMs = backoffMs(attempt, () => chance);
          expect(delayMs).toBeGreaterThanOrEqual(50);
          expect(delayMs).toBeLessThanOrEqual(3_000);
          expect(backoffMs(attempt + 1, () => chance)).toBeGreaterThanOrEqual(delayMs);
        },
      ),
    );
  });
});

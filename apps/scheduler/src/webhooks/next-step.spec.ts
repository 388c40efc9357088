import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStep } from './next-step.js';

const DELAYS = [10, 20, 30];
const answer = (status: number | null) => ({ status, error: null, durationMs: 1 });
const tried = (attempt: number) => ({ number: 7, position: 4, attempt });

describe('what follows a call', () => {
  it.each([200, 202, 204, 299])('is the next change after %i', (status) => {
    expect(nextStep(tried(3), answer(status), DELAYS)).toEqual({
      outcome: 'delivered',
      position: 7,
      attempt: 0,
      delayMs: 0,
      disabledReason: null,
    });
  });

  it.each([null, 100, 301, 400, 404, 429, 500])('is the same change later after %s', (status) => {
    const steps = [1, 2, 3, 4].map((attempt) => nextStep(tried(attempt), answer(status), DELAYS));
    expect(steps.map(({ outcome, delayMs }) => [outcome, delayMs])).toEqual([
      ['retried', 10],
      ['retried', 20],
      ['retried', 30],
      ['failed', 0],
    ]);
    expect(steps.map(({ position, attempt }) => [position, attempt])).toEqual([
      [4, 1],
      [4, 2],
      [4, 3],
      [7, 0],
    ]);
  });

  it('is nothing any more after 410', () => {
    expect(nextStep(tried(1), answer(410), DELAYS).disabledReason).not.toBeNull();
  });

  it('ends, whatever the receiver answers', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.option(fc.integer({ min: 100, max: 599 }))), (answers) => {
        let [calls, attempt] = [0, 0];
        for (const status of answers) {
          calls += 1;
          const next = nextStep(tried(attempt + 1), answer(status), DELAYS);
          attempt = next.attempt;
          if (next.position === 7) break;
        }
        expect(calls).toBeLessThanOrEqual(DELAYS.length + 1);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSpeed, NO_SPEED, speedValue } from './rocket-speed.js';

const sumOf = (parts: readonly number[]) => speedValue(parts.reduce(addSpeed, NO_SPEED));

describe('a rocket speed', () => {
  it('is the exact sum rounded once, whatever the parts and their order', () => {
    const parts = fc.array(fc.maxSafeInteger(), { maxLength: 40 });
    fc.assert(
      fc.property(parts, (speeds) => {
        const exact = speeds.reduce((sum, speed) => sum + BigInt(speed), 0n);
        expect(sumOf(speeds)).toBe(Number(exact));
        expect(sumOf(speeds.toReversed())).toBe(Number(exact));
      }),
    );
  });

  it('comes back to the last unit from far beyond 2^53', () => {
    const max = Number.MAX_SAFE_INTEGER;

    expect(sumOf([max, max, max, 7, -max, -max, -max])).toBe(7);
    expect(sumOf([-max, -max, -1, max, max])).toBe(-1);
  });

  it('shows the nearest double beyond 2^53, not a limit', () => {
    expect(sumOf([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])).toBe(2 ** 54 - 2);
  });

  it('is never minus zero', () => {
    expect(Object.is(sumOf([-0]), 0)).toBe(true);
    expect(Object.is(sumOf([500, -500]), 0)).toBe(true);
  });
});

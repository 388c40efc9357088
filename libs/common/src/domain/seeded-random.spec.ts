import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextBits,
  nextFraction,
  type RandomState,
  seededRandom,
  splitMix64,
} from './seeded-random.js';

function draw<T>(count: number, next: (from: RandomState) => [T, RandomState], from: RandomState) {
  const values: T[] = [];
  let state = from;
  for (let index = 0; index < count; index++) {
    const [value, after] = next(state);
    values.push(value);
    state = after;
  }
  return values;
}

describe('seeded random numbers', () => {
  it('are those of xoshiro128**', () => {
    expect(draw(10, nextBits, [1, 2, 3, 4])).toEqual([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849,
      3_729_100_597, 4_258_142_804,
    ]);
  });

  it('start from those of SplitMix64', () => {
    expect([1n, 2n, 3n].map((count) => splitMix64(1_234_567n, count))).toEqual([
      6_457_827_717_110_365_317n,
      3_203_168_211_198_807_973n,
      9_817_491_932_198_370_423n,
    ]);
  });

  it('are the same for the same seed, others for another', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (seed, other) => {
        fc.pre(seed !== other);
        const series = draw(5, nextBits, seededRandom(seed));

        expect(draw(5, nextBits, seededRandom(seed))).toEqual(series);
        expect(draw(5, nextBits, seededRandom(other))).not.toEqual(series);
      }),
    );
  });

  it('fill the range from 0 to 1 evenly', () => {
    const values = draw(10_000, nextFraction, seededRandom(7));
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const value of values) tenths[Math.floor(value * 10)]! += 1;

    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1_100);
  });
});

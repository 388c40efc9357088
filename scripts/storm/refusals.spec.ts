import { describe, expect, it } from 'vitest';
import { Refusals } from './refusals.js';

describe('the refusals of a receiver', () => {
  it('come now and then, in turn', () => {
    const refusals = new Refusals();
    const said = Array.from({ length: 61 }, (_, second) => refusals.of(second, second * 1_000));

    expect(said.filter((one) => one !== null)).toEqual([
      'fault',
      'silence',
      'fault',
      'silence',
      'fault',
    ]);
    expect(said.slice(1, 15).every((one) => one === null)).toBe(true);
    expect(refusals.counts).toEqual({ fault: 3, silence: 2 });
  });

  it('meet no change twice', () => {
    const refusals = new Refusals();

    expect(refusals.of(1, 0)).toBe('fault');
    expect(refusals.of(1, 1_000_000)).toBeNull();
    expect(refusals.of(2, 1_000_000)).toBe('silence');
  });

  it('have an end', () => {
    const refusals = new Refusals();
    refusals.end();

    expect(refusals.of(1, 0)).toBeNull();
  });
});

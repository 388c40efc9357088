import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.js';
import { simulate } from './simulate.js';

const SEEDS_MAX = 2_000;

describe('a simulation', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it.each(MUTANTS)('finds the planted bug: %s', async (mutant) => {
    let found = null;
    for (let seed = 1; seed <= SEEDS_MAX && !found?.violation; seed += 1)
      found = await simulate(seed, { mutant });
    console.log(mutant, found?.seed, found?.violation);
    expect(found?.violation).not.toBeNull();
    const again = await simulate(found!.seed, { mutant, isTraced: true });
    expect({ ...again, trace: [] }).toEqual(found);
  });
});

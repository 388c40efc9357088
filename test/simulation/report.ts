import type { Mutant } from './mutants.js';
import { simulate } from './simulate.js';

/** What a person needs who looks into a run: the same once more, with each of its steps. */
export async function report(seed: number, mutant?: Mutant): Promise<string> {
  const options = mutant === undefined ? {} : { mutant };
  const { trace, violation, steps } = await simulate(seed, { ...options, isTraced: true });
  return [
    `Seed ${seed}: ${violation ?? 'no violation'} in ${steps} steps`,
    `Again: SIMULATION_SEED=${seed} npx vitest run --project unit test/simulation`,
    ...trace,
  ].join('\n');
}

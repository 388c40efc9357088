import type { Mutant } from './mutants.js';
import { simulate } from './simulate.js';

/** Enough to see what led to it; all of it is one environment variable away. */
const TRACE_LINES_SHOWN = 200;

/** What a person needs who looks into a violation: the run once more, with each of its steps. */
export async function report(seed: number, mutant?: Mutant): Promise<string> {
  const options = mutant === undefined ? {} : { mutant };
  const { trace, violation, steps } = await simulate(seed, { ...options, isTraced: true });
  const left = Math.max(0, trace.length - TRACE_LINES_SHOWN);
  return [
    `Seed ${seed}: ${violation}`,
    `Again: SIMULATION_SEED=${seed} npx vitest run --project unit test/simulation`,
    `${steps} steps${left > 0 ? `, ${left} lines left out` : ''}:`,
    ...trace.slice(left),
  ].join('\n');
}

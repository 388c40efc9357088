import { Logger } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';

const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 500);

describe('a simulation', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('runs', async () => {
    let steps = 0,
      secs = 0;
    const started = performance.now();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const outcome = await simulate(seed);
      steps += outcome.steps;
      secs += outcome.virtualSeconds;
      if (outcome.violation) {
        const again = await simulate(seed, { isTraced: true });
        console.log(seed, outcome.violation, '\n', again.trace.slice(-80).join('\n '));
        break;
      }
      if (seed % 100 === 0) await new Promise((r) => setImmediate(r));
    }
    console.log(SEEDS, steps / SEEDS, secs / SEEDS, (performance.now() - started) / SEEDS);
    expect(1).toBe(1);
  }, 10_000_000);
});

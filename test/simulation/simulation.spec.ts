import { setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.js';
import { report } from './report.js';
import { type Outcome, simulate, type SimulationOptions } from './simulate.js';

/** As many as fit into some seconds of the suite; docs/scheduling/simulation.md has the long run. */
const SEEDS_COUNT = 2_000;
/** Planted bugs show within a few dozen. */
const MUTANT_SEEDS_MAX = 500;
const LONG_RUN_MS = 3_600_000;

const variable = (name: string): number | undefined =>
  process.env[name] === undefined ? undefined : Number(process.env[name]);

const replayed = [variable('SIMULATION_SEED') ?? []].flat();
const firstSeed = variable('SIMULATION_FIRST') ?? 1;
const seedsCount = variable('SIMULATION_SEEDS') ?? SEEDS_COUNT;
const isAskedFor = process.env['SIMULATION_SEEDS'] !== undefined;

/** What must have happened somewhere, or the runs have proven less than they seem to. */
const EXPECTED = [
  'begun',
  'scheduled>starting',
  'command on the bus',
  'command by outbox',
  'command left to its sender',
  'settled by another',
  'scheduled>scheduled',
  'scheduled>cancelled',
  'scheduled>missed',
  'active>completed',
  'active>failed',
  'active>stopped',
  'starting>stopped',
  'starting>failed',
  'failed>failed',
  'stopped>stopped',
  'crash before',
  'crash after',
  'lost before',
  'lost after',
  'answered late',
  'redelivered',
  'heldUp',
  'cancelled',
  'forgotten',
  'wrongTime',
  'rungAgain',
  'shipAway',
  'shipRefuses',
  'clockStep',
  'outage',
  'taken over',
] as const;

describe('a simulation', () => {
  const { stackTraceLimit } = Error;

  beforeAll(() => {
    Logger.overrideLogger(false);
    // Faults are thrown by the thousand, and nobody reads where.
    Error.stackTraceLimit = 0;
  });

  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  /** The first outcome with a violation, or null. */
  async function firstViolation(
    from: number,
    count: number,
    options: SimulationOptions & { readonly onOutcome?: (outcome: Outcome) => void } = {},
  ): Promise<Outcome | null> {
    for (let seed = from; seed < from + count; seed += 1) {
      const outcome = await simulate(seed, options);
      if (outcome.violation !== null) return outcome;
      options.onOutcome?.(outcome);
      if (seed % 100 === 0) await setImmediate();
    }
    return null;
  }

  it(
    'finds no violation',
    async () => {
      const counts = new Map<string, number>();
      const count = (what: string, by: number) => counts.set(what, (counts.get(what) ?? 0) + by);
      const onOutcome = (outcome: Outcome): void => {
        count('steps', outcome.steps);
        for (const [what, times] of outcome.counts) count(what, times);
      };
      const violated = await firstViolation(firstSeed, seedsCount, { onOutcome });
      if (violated) throw new Error(await report(violated.seed));
      if (isAskedFor) console.log(`${seedsCount} seeds from ${firstSeed}:`, counts);
      if (seedsCount < SEEDS_COUNT) return;
      expect(EXPECTED.filter((what) => !counts.has(what))).toEqual([]);
    },
    LONG_RUN_MS,
  );

  it.each(replayed)('can be looked at: seed %d', async (seed) => {
    console.log(await report(seed));
    expect((await simulate(seed)).violation).toBeNull();
  });

  it('is the same again with the same seed, step by step, and another one with another', async () => {
    const traces = [];
    for (const seed of [1, 1, 2, 2])
      traces.push((await simulate(seed, { isTraced: true })).trace.join('\n'));
    expect(traces[0]).toBe(traces[1]);
    expect(traces[2]).toBe(traces[3]);
    expect(traces[0]).not.toBe(traces[2]);
  });

  it.each(MUTANTS)('finds the planted bug "%s", and its seed shows it again', async (mutant) => {
    const found = await firstViolation(1, MUTANT_SEEDS_MAX, { mutant });
    expect(found).not.toBeNull();
    const { seed, violation, steps } = found!;
    expect(await simulate(seed, { mutant })).toMatchObject({ violation, steps });
    expect(await simulate(seed)).toMatchObject({ violation: null });
    expect(await report(seed, mutant)).toContain(violation);
  });
});

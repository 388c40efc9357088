import { MICROS_PER_SECOND } from '#common/domain';
import { type ChaosProfile, drawChaos } from './chaos.js';
import { Dice } from './dice.js';
import type { Mutant } from './mutants.js';
import { OPERATING_MICROS, Operators } from './operators.js';
import { launch } from './rockets.js';
import { BEGINNING, World } from './world.js';

/** Faults end then; what is still open comes to its end soon after. */
const CHAOS_MICROS = 3 * MICROS_PER_SECOND;
/** Longer than any grace, retry delay, lease and window together. */
const QUIET_BY_MICROS = 90 * MICROS_PER_SECOND;
const OUTAGE_MICROS_MAX = 1_500_000;
const LOOK_EVERY_MICROS = 100_000;

export interface Outcome {
  readonly seed: number;
  readonly steps: number;
  readonly virtualSeconds: number;
  readonly violation: string | null;
  /** Empty unless it was asked for. */
  readonly trace: readonly string[];
  /** What happened how often. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface SimulationOptions {
  readonly mutant?: Mutant;
  readonly isTraced?: boolean;
}

/** One run. Everything in it follows from the seed: the same seed is the same run, step by step. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Outcome> {
  const dice = new Dice(seed);
  const chaos = drawChaos(dice);
  const { mutant = null, isTraced = false } = options;
  const world = new World({ seed: dice.below(2 ** 32), chaos, mutant, isTraced });
  populate(world, dice, chaos);
  await world.loop.run();
  const { loop, violation, trace, counts } = world;
  const virtualSeconds = (loop.nowMicros - BEGINNING) / MICROS_PER_SECOND;
  return { seed, steps: loop.steps, virtualSeconds, violation, trace, counts };
}

function populate(world: World, dice: Dice, { clockSteps, outages, isSilent }: ChaosProfile): void {
  const { loop } = world;
  world.start({
    schedulers: dice.pick([1, 2, 2, 3]),
    ingestors: dice.pick([1, 2]),
    monitors: 1,
  });
  const rockets = Array.from({ length: dice.pick([0, 0, 1, 2]) }, (_, nr) => `rocket ${nr}`);
  for (const channel of rockets) launch(world, channel);
  const operators = new Operators(world, [null, ...rockets]);
  operators.plan(dice.between(1, 4), dice.below(4), OPERATING_MICROS);
  for (let nr = 0; nr < clockSteps; nr += 1)
    loop.after(dice.below(CHAOS_MICROS), () => stepClock(world));
  for (let nr = 0; nr < outages; nr += 1) loop.after(dice.below(CHAOS_MICROS), () => outage(world));
  if (isSilent) loop.after(OPERATING_MICROS, () => world.ingestors[0]!.crash());
  loop.after(CHAOS_MICROS, () => calm(world));
}

function outage(world: World): void {
  world.note(() => 'the network is gone');
  world.count('outage');
  world.chaos.setOutage(true);
  world.loop.after(world.dice.below(OUTAGE_MICROS_MAX), () => world.chaos.setOutage(false));
}

function stepClock(world: World): void {
  const host = world.dice.pick([...world.schedulers, ...world.ingestors]);
  host.offset.micros += world.chaos.clockStepMicros();
  world.count('clockStep');
  world.note(() => `the clock of ${host.name} is off by ${host.offset.micros} µs`);
}

function calm(world: World): void {
  world.note(() => 'all is well from now on');
  world.chaos.calm();
  // But for the clocks of hosts: they stay as wrong as they are, since nothing that matters asks them.
  look(world);
}

function look(world: World): void {
  const { loop } = world;
  if (isQuiet(world)) {
    world.judge.quiet();
    return loop.end();
  }
  if (loop.nowMicros > BEGINNING + QUIET_BY_MICROS) {
    world.judge.quiet();
    return world.violate('it does not come to rest');
  }
  loop.after(LOOK_EVERY_MICROS, () => look(world));
}

/** Nothing is open, and nothing is on its way. */
function isQuiet(world: World): boolean {
  const { tables, broker, untold, hosts, receptions, outboxes } = world;
  return (
    tables.open.size === 0 &&
    untold === 0 &&
    broker.queuedCount === 0 &&
    outboxes.every(({ size }) => size === 0) &&
    [...receptions.receptions.values()].every(({ isEnded }) => isEnded) &&
    hosts.every(({ life }) => life !== null)
  );
}

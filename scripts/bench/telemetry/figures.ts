import type { Figure, Goal, Row } from '../figure.js';
import { median } from '../median.js';
import type { Results } from './arms.js';
import type { Measured } from './trial.js';

export interface FigurePlan {
  readonly name: string;
  readonly unit: string;
  readonly arm: string;
  /** What it is held against, in the same rounds; null: nothing. */
  readonly against: string | null;
  readonly goal: Goal | null;
  /** What one datagram counts for, of the one and of the other; nothing: one. */
  readonly scale?: number;
  readonly scaleAgainst?: number;
  readonly value?: 'rate' | 'cpu';
}

/** Medians of the rounds, and the median of the rounds' ratios. Null where nothing was measured. */
export function figureOf(plan: FigurePlan, results: Results): Figure | null {
  const { name, unit, goal, scale = 1, scaleAgainst = 1 } = plan;
  const read = plan.value === 'cpu' ? cpuOf : rateOf;
  const ours = valuesOf(results.of(plan.arm), read, scale);
  if (ours.size === 0) return null;
  const limits =
    plan.against === null ? null : valuesOf(results.of(plan.against), read, scaleAgainst);
  const figure = { name, unit, goal, ours: median([...ours.values()]) };
  if (limits === null || limits.size === 0) return { ...figure, limit: null, ratio: null };
  const ratios = [...ours].flatMap(([round, value]) => {
    const limit = limits.get(round);
    return limit === undefined ? [] : [value / limit];
  });
  const limit = median([...limits.values()]);
  return { ...figure, limit, ratio: ratios.length === 0 ? null : median(ratios) };
}

/** What could be measured, and then what could not. */
export function rowsOf(plans: readonly FigurePlan[], results: Results): Row[] {
  const figures = plans.flatMap((plan) => figureOf(plan, results) ?? []);
  return [...figures, ...results.remarks];
}

const rateOf = ({ rate }: Measured): number | null => rate;
const cpuOf = ({ microsPerDatagram }: Measured): number | null => microsPerDatagram;

function valuesOf(
  rounds: ReadonlyMap<number, Measured>,
  read: (measured: Measured) => number | null,
  scale: number,
): ReadonlyMap<number, number> {
  const values = [...rounds].flatMap(([round, measured]) => {
    const value = read(measured);
    return value === null ? [] : [[round, value * scale] as const];
  });
  return new Map(values);
}

import type { Figure, Goal } from './figure.js';
import { median } from './median.js';

export interface Pair {
  readonly name: string;
  readonly unit: string;
  readonly goal: Goal | null;
  /** Numbered from 1, so that rounds can differ in what they send. */
  readonly ours: (round: number) => Promise<number>;
  readonly limit: (round: number) => Promise<number>;
}

export interface RoundOptions {
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/**
 * Measures both in turn, each first in every second round, so that a machine that gets slower or
 * faster meanwhile does so for both. The ratio is the median of the rounds' ratios.
 */
export async function measurePair(pair: Pair, options: RoundOptions): Promise<Figure> {
  const { name, unit, goal } = pair;
  const ours: number[] = [];
  const limits: number[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    options.signal.throwIfAborted();
    options.onProgress(`${name}: round ${round} of ${options.rounds}`);
    if (round % 2 === 0) limits.push(await pair.limit(round));
    ours.push(await pair.ours(round));
    if (round % 2 === 1) limits.push(await pair.limit(round));
  }
  const ratio = median(ours.map((value, at) => value / (limits[at] ?? Number.NaN)));
  return { name, unit, ours: median(ours), limit: median(limits), ratio, goal };
}

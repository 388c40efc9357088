import type { Figure, Row } from '../figure.js';
import { lateGrowth, type Residents } from './resident-watch.js';

/** Garbage that nobody has had a reason to collect yet. */
const LATE_GROWTH_MIB_MAX = 32;

/** What a process held at most, against before; and whether it went on growing. */
export function memoryRows(name: string, { before, samples }: Residents): Row[] {
  const growth = lateGrowth(samples);
  if (before === null || growth === null)
    return [
      { name: `${name}, resident`, remark: 'this system does not tell, or it was too short' },
    ];
  const most = samples.reduce((a, b) => Math.max(a, b), before);
  const whole = { unit: 'MiB', ours: most, limit: before, ratio: most / before, goal: null };
  return [
    { name: `${name}, resident at most, against before`, ...whole },
    {
      ...figure(`${name}, growth in the second half`, 'MiB', growth),
      goal: { of: 'ours', is: 'below', value: LATE_GROWTH_MIB_MAX },
    },
  ];
}

export const figure = (name: string, unit: string, ours: number): Figure => ({
  name,
  unit,
  ours,
  limit: null,
  ratio: null,
  goal: null,
});

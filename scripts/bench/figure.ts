/** What was measured of one thing. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** What it cannot be better than, measured in the same rounds; null where there is no such thing. */
  readonly limit: number | null;
  /** Ours by the limit; null without a limit. */
  readonly ratio: number | null;
  readonly goal: Goal | null;
}

export interface Goal {
  readonly of: 'ours' | 'ratio';
  readonly is: 'at least' | 'below';
  readonly value: number;
}

/** Said instead of a figure. */
export interface Remark {
  readonly name: string;
  readonly remark: string;
  /** It should have been measured: then the bench is not whole. */
  readonly isFault?: boolean;
}

export type Row = Figure | Remark;

export function isMet({ ours, ratio, goal }: Figure): boolean | null {
  if (goal === null) return null;
  const value = goal.of === 'ours' ? ours : ratio;
  if (value === null) return null;
  return goal.is === 'below' ? value < goal.value : value >= goal.value;
}

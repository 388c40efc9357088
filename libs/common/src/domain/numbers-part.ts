import type { CountByCause, ExplainedRange } from './missing-causes.js';

/** What the ship says it sent. A ship that sent nothing states a last number below the first. */
export interface ShipStatement {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Null where only the closing packet told of the end. */
  readonly sent: number | null;
}

export interface NumbersPart {
  readonly expected: number | null;
  readonly good: number;
  readonly missing: number | null;
  readonly missingRanges: readonly ExplainedRange[];
  /** Of all that is missing, with a number or without. */
  readonly missingByCause: CountByCause;
}

import type { StreamFormat } from '#common/contracts';
import type { Instant } from '#common/domain';
import type { FaultProfile } from './fault-profile.js';

/** What decides on the bytes of a stream and on their order, but for its period and its key. */
export interface FlightPlan {
  readonly format: StreamFormat;
  /** Null where the format has none. */
  readonly apid: number | null;
  readonly batteryCount: number;
  readonly seed: number;
  /** Null: nothing goes wrong. */
  readonly faults: FaultProfile | null;
  /** The ship's time at the first number; null: its clock says. */
  readonly epoch: Instant | null;
  /** The last number; null: it is told when to end. */
  readonly count: number | null;
}

/** Counts per millisecond, as far as it was measured; JSON keeps it. */
export interface RateState {
  readonly perMs: number | null;
  /** Where the measuring began: half a minute to a minute ago, or longer where packets are rare. */
  readonly from: RatePoint;
  /** Where it goes on from, once it is old enough. */
  readonly next: RatePoint;
}

export interface RatePoint {
  readonly sequence: number;
  readonly atMs: number;
}

/** Fewer counts, or a shorter time, measure the moods of the network. */
const COUNTS_MIN = 8;
const SPAN_MIN_MS = 1_000;
const STEP_MS = 30_000;

export const measuringFrom = (point: RatePoint, perMs: number | null = null): RateState => ({
  perMs,
  from: point,
  next: point,
});

/** The rate with one more point. Lost packets do no harm: their numbers count. */
export function measured(rate: RateState, point: RatePoint): RateState {
  const perMs = rateBetween(rate.from, point) ?? rate.perMs;
  const isStep =
    point.atMs - rate.next.atMs >= STEP_MS && point.sequence - rate.next.sequence >= COUNTS_MIN;
  return isStep ? { perMs, from: rate.next, next: point } : { ...rate, perMs };
}

function rateBetween(from: RatePoint, to: RatePoint): number | null {
  const counts = to.sequence - from.sequence;
  const ms = to.atMs - from.atMs;
  return counts >= COUNTS_MIN && ms >= SPAN_MIN_MS ? counts / ms : null;
}
